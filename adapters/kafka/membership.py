"""Which partitions are ours just now, and how far is each of them read and committed?"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from adapters.kafka.damage import read_past_damage
from adapters.kafka.errors import MOVED_ON
from adapters.kafka.farewell import stop_consumer
from adapters.kafka.options import KafkaOptions, Patience, milliseconds
from adapters.kafka.records import in_order, partition_of
from adapters.kafka.start import Earliest, Start
from adapters.kafka.starting_points import starting_points
from domain.record import Position, Record

log = logging.getLogger(__name__)

_FETCH_OF_A_PARTITION = 512 * 1024  #: bytes
_FETCH_OF_A_BROKER = 8 * 1024 * 1024  #: bytes
#: No partition of ours: to ask for its records shows life, and takes none.
_NOWHERE = TopicPartition("", -1)
_AT_ONCE = 0.05  #: seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads what; `start` is for a group that has read nothing yet."""

    topic: str
    group: str
    start: Start
    patience: Patience


class FetchFailed(Exception):
    """The library counts a fetch that raised as one that goes on for ever."""


class Membership(ConsumerRebalanceListener):  # type: ignore[misc] # the library is untyped
    """One consumer's life in its group.

    A partition that has just become ours is paused until its place is known. What was read
    of it before it moved counts no more: it is neither handed on nor committed.
    """

    def __init__(self, options: KafkaOptions, reader: Reader) -> None:
        patience = reader.patience
        given = options.client() | {
            # To join may take as long as the others need.
            "request_timeout_ms": milliseconds(
                max(options.answer_within, patience.session + timedelta(seconds=5))
            ),
            "group_id": reader.group,
            "session_timeout_ms": milliseconds(patience.session),
            "heartbeat_interval_ms": milliseconds(patience.session / 10),
            "rebalance_timeout_ms": milliseconds(patience.rebalance),
            "max_poll_interval_ms": milliseconds(patience.between_polls),
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "isolation_level": "read_committed",
            "fetch_max_wait_ms": milliseconds(patience.fetch),
            "max_partition_fetch_bytes": _FETCH_OF_A_PARTITION,
            "fetch_max_bytes": _FETCH_OF_A_BROKER,
        }
        self._options = options
        self._reader = reader
        self._wait = options.answer_within.total_seconds()
        self._consumer = AIOKafkaConsumer(**given)
        self._consumer.subscribe([reader.topic], listener=self)
        self._committed: dict[TopicPartition, int] = {}
        self._handed: dict[TopicPartition, int] = {}
        self._unknown: set[TopicPartition] = set()
        self._ready: deque[Record] = deque()
        self._life = 0  #: of the present assignment; a fetch of another one is dropped
        self._joining = asyncio.create_task(self._consumer.start())
        self._fetching: tuple[int, asyncio.Task[Mapping[TopicPartition, list[Record]]]] | None
        self._fetching = None
        self._committing = asyncio.Lock()
        self._moving_since: float | None = asyncio.get_running_loop().time()

    @property
    def partitions(self) -> frozenset[TopicPartition]:
        return frozenset(self._consumer.assignment())

    @property
    def is_settled(self) -> bool:
        """The place of every partition that is ours is known."""
        return self._moving_since is None and not self._unknown

    @property
    def moving_for(self) -> float:
        """How many seconds this rebalance has lasted, if there is one."""
        since = self._moving_since
        return 0.0 if since is None else asyncio.get_running_loop().time() - since

    def on_partitions_revoked(self, _: Collection[TopicPartition]) -> None:
        self._forget()
        self._unknown = set()
        self._moving_since = asyncio.get_running_loop().time()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._forget()
        self._moving_since = None
        self._begin(assigned)

    def begin_again(self) -> None:
        """At the last commit."""
        self._forget()
        self._begin(self._consumer.assignment())

    async def joined(self, within: float) -> bool:
        """Raises what the joining raised."""
        await asyncio.wait({self._joining}, timeout=within)
        if self._joining.done():
            self._joining.result()
            return True
        return False

    async def show_life(self) -> None:
        if self._joining.done():
            await self._fetch(_AT_ONCE, 1, 0, _NOWHERE)

    async def take(
        self, limit: int, within: float, *, suspects: Collection[TopicPartition] = ()
    ) -> Sequence[Record]:
        """What is there of the partitions that are ours; waits so long for the first."""
        if self._fetching is None and self._unknown:
            await self._settle(suspects)
        if not self._ready:
            life = self._life
            fetched = await self._fetch(within + _AT_ONCE, limit, milliseconds_of(within))
            if life == self._life:
                self._ready.extend(fetched)
        taken = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
        for record in taken:
            self._handed[partition_of(record.position)] = record.position.offset + 1
        return taken

    async def commit(self, positions: Sequence[Position]) -> None:
        """Only forward, and only of what was handed on since the partition became ours."""
        async with self._committing:
            wanted: dict[TopicPartition, int] = {}
            for position in positions:
                partition, done = partition_of(position), position.offset + 1
                if done <= self._handed.get(partition, 0):
                    wanted[partition] = max(wanted.get(partition, 0), done)
            await self._write(
                {tp: done for tp, done in wanted.items() if done > self._committed.get(tp, done)}
            )

    async def behind(self) -> int:
        """How many records of ours have not been fetched yet."""
        async with asyncio.timeout(self._wait):
            known = [tp for tp in self._consumer.assignment() if tp in self._committed]
            ends = await self._consumer.end_offsets(known) if known else {}
            return sum([max(0, ends[tp] - await self._consumer.position(tp)) for tp in known])

    async def lag(self) -> int:
        async with asyncio.timeout(self._wait):
            ours = self._consumer.assignment()
            ends = await self._consumer.end_offsets(ours) if ours else {}
            places = await self._places(ours - self._committed.keys())
            for tp in ours - places.keys():
                places[tp] = await self._place(tp)
            return sum(max(0, ends[tp] - places[tp]) for tp in ours)

    async def close(self) -> None:
        """Leaves the group, if that can be done in time."""
        tasks = [self._joining] if self._fetching is None else [self._joining, self._fetching[1]]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await stop_consumer(self._consumer, within=self._wait)

    def _forget(self) -> None:
        self._life += 1
        self._committed.clear()
        self._handed.clear()
        self._ready.clear()

    def _begin(self, partitions: Collection[TopicPartition]) -> None:
        self._consumer.pause(*partitions)
        self._unknown = set(partitions)

    async def _fetch(
        self, within: float, limit: int, timeout_ms: int, *only: TopicPartition
    ) -> list[Record]:
        """A rebalance may hold it up beyond its time: it is not cut off, but waited for again.

        The library takes a consumer for busy, for ever, once a fetch of it has been cancelled.
        """
        if self._fetching is None:
            fetch = self._consumer.getmany(*only, timeout_ms=timeout_ms, max_records=limit)
            self._fetching = (self._life, asyncio.create_task(fetch))
        life, task = self._fetching
        await asyncio.wait({task}, timeout=within)
        if not task.done():
            return []
        self._fetching = None
        try:
            fetched = task.result()
        except Exception as error:
            raise FetchFailed from error
        return in_order(fetched.values()) if life == self._life else []

    async def _settle(self, suspects: Collection[TopicPartition]) -> None:
        """Find the places of the partitions that have become ours, and let them go."""
        life, partitions = self._life, set(self._unknown)
        try:
            async with asyncio.timeout(self._wait):
                places = await self._places(partitions)
                if life != self._life:
                    return
                for tp, place in places.items():
                    self._consumer.seek(tp, place)
                    self._committed[tp] = place
                for tp in partitions.intersection(suspects):
                    await self._step_over(tp, places[tp], life)
                if life == self._life:
                    self._consumer.resume(*partitions)
                    self._unknown = set()
        except MOVED_ON as error:
            log.info("the partitions moved while their places were asked for: %s", error)

    async def _step_over(self, partition: TopicPartition, place: int, life: int) -> None:
        reading = await read_past_damage(self._consumer, partition, place)
        if reading is not None and life == self._life:
            log.error("%s: %s", partition, reading.records[-1].damage)
            self._ready.extend(reading.records)
            self._consumer.seek(partition, reading.go_on_at)

    async def _places(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """The last commit of each; where there is none, where the reader is to start."""
        asked = list(partitions)
        answers = await asyncio.gather(*(self._consumer.committed(tp) for tp in asked))
        found = {tp: at for tp, at in zip(asked, answers, strict=True) if at is not None}
        new = [tp for tp in asked if tp not in found]
        start = self._reader.start
        begins = await starting_points(start, self._consumer, new, self._options)
        if begins and not isinstance(start, Earliest):
            # Whoever starts later would find another place.
            await self._write(begins)
        return found | dict(begins)

    async def _place(self, partition: TopicPartition) -> int:
        """Of the next record that is not committed; there need be none at the next offset."""
        committed = self._committed[partition]
        if self._fetching or self._ready or self._handed.get(partition, 0) > committed:
            return committed
        return max(committed, int(await self._consumer.position(partition)))

    async def _write(self, offsets: Mapping[TopicPartition, int]) -> None:
        if not offsets:
            return
        life = self._life
        try:
            async with asyncio.timeout(self._wait):
                await self._consumer.commit(dict(offsets))
        except MOVED_ON as error:
            log.info("a commit was dropped, as the partitions have moved: %s", error)
            return
        if life == self._life:
            self._committed.update(offsets)


def milliseconds_of(seconds: float) -> int:
    return round(seconds * 1000)
