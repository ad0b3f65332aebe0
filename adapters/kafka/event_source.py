"""Where do events come from, in Kafka?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import timedelta

from aiokafka import TopicPartition
from aiokafka import errors as kafka

from adapters.kafka.errors import unavailable
from adapters.kafka.membership import FetchFailed, Membership, Reader
from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import require_topic
from application.errors import StreamUnavailable
from application.ports.event_source import EventSource
from domain.record import Position, Record

log = logging.getLogger(__name__)

_STEP = 0.1  #: seconds


class KafkaEventSource(EventSource):
    """A member of a consumer group, which is joined anew whenever the library may be stuck.

    Nothing is paused by `poll(limit=0)`: it takes nothing, and of each partition no more is
    fetched ahead than one bounded answer.
    """

    def __init__(self, options: KafkaOptions, reader: Reader) -> None:
        self._options = options
        self._reader = reader
        self._wait = options.answer_within.total_seconds()
        self._member: Membership | None = None
        self._suspects: Collection[TopicPartition] = ()
        self._came_at = self._looked_at = 0.0

    async def open(self) -> None:
        """Raises StreamUnavailable, at once where there is no such topic."""
        await require_topic(self._options, self._reader.topic)
        await self._current(self._wait)

    async def close(self) -> None:
        member, self._member = self._member, None
        if member is not None:
            await member.close()

    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:
        within = wait_for.total_seconds()
        member = await self._current(within or self._wait)
        if member is None:
            if limit > 0 and not wait_for:
                raise unavailable(TimeoutError("the group has not let it in yet"))
            return []
        try:
            if limit <= 0:
                await member.show_life()
                return []
            records = await member.take(limit, within, suspects=self._suspects)
            if not records:
                records = await self._look(member, limit, is_to_end=not wait_for)
        except FetchFailed as failed:
            await self._leave(suspects=True)
            raise unavailable(failed.__cause__ or failed) from failed
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            member.begin_again()
            raise unavailable(error) from error
        if records:
            self._came_at = asyncio.get_running_loop().time()
            self._suspects = ()
        return records

    async def commit(self, positions: Sequence[Position]) -> None:
        if self._member is None:
            log.info("a commit was dropped, as the place in the stream was lost")
            return
        try:
            await self._member.commit(positions)
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            raise unavailable(error) from error

    async def lag(self) -> int:
        """Of the partitions that are this worker's."""
        try:
            member = await self._current(self._wait)
            if member is None:
                raise TimeoutError("the group has not let it in yet")
            return await member.lag()
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            raise unavailable(error) from error

    async def _current(self, within: float) -> Membership | None:
        """None while the group has not let it in."""
        if self._member is None:
            self._member = Membership(self._options, self._reader)
            self._came_at = self._looked_at = asyncio.get_running_loop().time()
        try:
            if await self._member.joined(within):
                return self._member
        except Exception as error:
            await self._leave()
            raise unavailable(error) from error
        await self._leave_if_stuck(self._member)
        return None

    async def _look(self, member: Membership, limit: int, *, is_to_end: bool) -> Sequence[Record]:
        """Nothing came: is there nothing, does Kafka not answer, or is the library stuck?"""
        now = asyncio.get_running_loop().time()
        patience = self._reader.patience
        if not is_to_end:
            if now - self._looked_at >= patience.look_every.total_seconds():
                self._looked_at = now
                await self._leave_if_stuck(member)
                if not await member.behind():
                    self._came_at = now
                elif now - self._came_at >= patience.stalled_after.total_seconds():
                    await self._leave()
                    raise StreamUnavailable(
                        "nothing comes, though there is more", fix="its place is taken up anew"
                    )
            return []
        records: Sequence[Record] = []
        async with asyncio.timeout(self._wait):
            while not records and (not member.is_settled or await member.behind()):
                records = await member.take(limit, _STEP, suspects=self._suspects)
        return records

    async def _leave_if_stuck(self, member: Membership) -> None:
        patience = self._reader.patience
        if member.moving_for > (patience.rebalance + patience.session).total_seconds():
            await self._leave()
            raise StreamUnavailable(
                f"the group {self._reader.group} lets nobody in", fix="it is joined anew"
            )

    async def _leave(self, *, suspects: bool = False) -> None:
        member, self._member = self._member, None
        if member is not None:
            self._suspects = member.partitions if suspects else ()
            await member.close()
