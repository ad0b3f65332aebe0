"""How is a client of the library let go, when Kafka may not answer any more?

What hangs is put an end to from within, as the library leaves its tasks behind.
"""

from __future__ import annotations

import asyncio
import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

log = logging.getLogger(__name__)


async def stop_consumer(consumer: AIOKafkaConsumer, *, within: float) -> None:
    """Leaves the group, if that can be done in time."""
    try:
        async with asyncio.timeout(within):
            await consumer.stop()
    except TimeoutError:
        log.warning("Kafka was left without a goodbye, as it did not answer in time")
        coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001
        if coordinator is not None:
            await coordinator._stop_heartbeat_task()  # noqa: SLF001
            await coordinator._stop_commit_offsets_refresh_task()  # noqa: SLF001
        if fetcher is not None:
            await fetcher.close()
        await consumer._client.close()  # noqa: SLF001


async def stop_producer(producer: AIOKafkaProducer, *, within: float) -> None:
    """Once everything has been sent, if that can be done in time."""
    try:
        async with asyncio.timeout(within):
            await producer.stop()
    except TimeoutError:
        await abandon_producer(producer)


async def abandon_producer(producer: AIOKafkaProducer) -> None:
    """What it still holds is given up: whoever waited for it has been told that it failed."""
    producer._closed = True  # noqa: SLF001 - `stop` would wait until everything is sent
    if producer._sender is not None:  # noqa: SLF001
        await producer._sender.close()  # noqa: SLF001
    await producer.client.close()
