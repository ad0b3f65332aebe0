"""How does something get into a topic, to stay there?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from adapters.kafka.errors import translated
from adapters.kafka.farewell import abandon_producer, stop_producer
from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import require_topic

Headers = Sequence[tuple[str, bytes]]


class Appender:
    """To one topic; idempotent, and acknowledged by all replicas that are in sync.

    After an error the library's producer is made anew: an idempotent one may be past saving.
    """

    def __init__(self, options: KafkaOptions, topic: str) -> None:
        self._options = options
        self._topic = topic
        self._wait = options.answer_within.total_seconds()
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Raises StreamUnavailable, at once where there is no such topic."""
        await require_topic(self._options, self._topic)
        with translated():
            await self._opened()

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await stop_producer(producer, within=self._wait)

    async def append(
        self, entries: Iterable[tuple[bytes | None, bytes]], headers: Headers = ()
    ) -> None:
        """Keys and values, all with these headers. Raises StreamUnavailable; some may be there
        then."""
        with translated():
            producer = await self._opened()
            try:
                async with asyncio.timeout(self._wait):
                    await _sent(producer, self._topic, entries, headers)
            except BaseException:
                if self._producer is producer:
                    self._producer = None
                await abandon_producer(producer)
                raise

    async def _opened(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._options.client(), acks="all", enable_idempotence=True
                )
                try:
                    async with asyncio.timeout(self._wait):
                        await producer.start()
                except BaseException:
                    await abandon_producer(producer)
                    raise
                self._producer = producer
            return self._producer


async def _sent(
    producer: AIOKafkaProducer,
    topic: str,
    entries: Iterable[tuple[bytes | None, bytes]],
    headers: Headers,
) -> None:
    futures: list[asyncio.Future[Any]] = []
    listed = list(headers)  # its compiled part takes nothing else
    try:
        for key, value in entries:
            futures.append(await producer.send(topic, value, key=key, headers=listed))
        await asyncio.gather(*futures)
    finally:
        for future in futures:
            future.cancel()
