"""How is a client of the library let go, when Kafka may not answer any more?

Its own `stop` may hang, be deaf to a cancellation (some of its tasks swallow what is meant for
whoever waits for them) or end as if it had been cancelled. So it gets a task of its own, is waited
for, and otherwise what it has left behind is put an end to from within.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

log = logging.getLogger(__name__)

_AT_ONCE = 1.0  #: seconds, for what waits for nobody else
_DEAF = 3  #: times that a task is cancelled before it is left alone


async def stop_consumer(consumer: AIOKafkaConsumer, *, within: float) -> None:
    """Leaves the group, if that can be done in time."""
    if not await _came_to_its_end(consumer.stop(), within):
        log.warning("Kafka was left without a goodbye, as it did not answer in time")
    coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001
    tasks: list[asyncio.Task[Any] | None] = []
    if coordinator is not None:
        tasks += [
            coordinator._coordination_task,  # noqa: SLF001
            coordinator._heartbeat_task,  # noqa: SLF001
            coordinator._commit_refresh_task,  # noqa: SLF001
        ]
    if fetcher is not None:
        tasks += [fetcher._fetch_task, *fetcher._pending_tasks]  # noqa: SLF001
    await _put_an_end_to(tasks, consumer._client)  # noqa: SLF001


async def stop_producer(producer: AIOKafkaProducer, *, within: float) -> None:
    """Once everything has been sent, if that can be done in time."""
    if not await _came_to_its_end(producer.stop(), within):
        await abandon_producer(producer)


async def abandon_producer(producer: AIOKafkaProducer) -> None:
    """What it still holds is given up: whoever waited for it has been told that it failed."""
    producer._closed = True  # noqa: SLF001 - `stop` would wait until everything is sent
    sender = producer._sender  # noqa: SLF001
    tasks = [] if sender is None else [sender._sender_task]  # noqa: SLF001
    await _put_an_end_to(tasks, producer.client)


async def _came_to_its_end(work: Coroutine[Any, Any, None], within: float) -> bool:
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=within)
    finally:
        is_done = task.done()
        task.cancel()
    if not is_done:
        await asyncio.wait({task}, timeout=_AT_ONCE)
        return False
    if task.cancelled():
        return False
    if (error := task.exception()) is not None:
        log.info("the library could not stop: %r", error)
    return error is None


async def _put_an_end_to(tasks: Iterable[asyncio.Task[Any] | None], client: AIOKafkaClient) -> None:
    left = {task for task in (*tasks, client._sync_task) if task and not task.done()}  # noqa: SLF001
    for _ in range(_DEAF):
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=_AT_ONCE)
    closing = [connection.close() for connection in client._conns.values()]  # noqa: SLF001
    if closing:
        await asyncio.wait(closing, timeout=_AT_ONCE)
