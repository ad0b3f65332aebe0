"""How do the contracts of what meets at the stream get at it?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from domain.record import Record
from tests.runner import Run


class Stream(ABC):
    """A stream of one partition, empty at first. What cannot be brought about is skipped."""

    #: How long a poll has to wait to be sure of what was published before it.
    patience = timedelta()

    @abstractmethod
    async def publisher(self) -> EventPublisher: ...

    @abstractmethod
    async def source(self, group: str) -> EventSource:
        """As a new worker of this group meets it; the one before it is dead."""

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""

    async def restart(self) -> None:
        """Everything goes down; `publisher` and `source` find what was durable."""
        pytest.skip("it keeps nothing beyond its process")

    async def pass_(self, by: timedelta) -> None:
        """Let so much time pass, and whoever waits for it go on."""
        pytest.skip("the binding cannot let time pass")

    async def go_away(self) -> None:
        """From now on nothing reaches it."""
        pytest.skip("the binding cannot take the stream away")

    async def come_back(self) -> None:
        pytest.skip("the binding cannot take the stream away")


class StreamContract(ABC):
    @abstractmethod
    def open_stream(self, folder: Path) -> Stream:
        """A new one; `folder` is empty and its own."""

    @pytest.fixture
    def stream(self, run: Run, tmp_path: Path) -> Iterator[Stream]:
        stream = self.open_stream(tmp_path)
        yield stream
        run(stream.close())

    @pytest.fixture
    def publisher(self, stream: Stream, run: Run) -> EventPublisher:
        return run(stream.publisher())


class Reader:
    """A worker's place in the stream, in plain calls."""

    def __init__(self, stream: Stream, run: Run, group: str = "tidings-email") -> None:
        self.source = run(stream.source(group))
        self._patience = stream.patience
        self._run = run

    def poll(self, *, limit: int = 100) -> list[Record]:
        return list(self._run(self.source.poll(limit=limit, wait_for=self._patience)))

    def read_on(self, *, limit: int = 100) -> list[Record]:
        """To the stream's end."""
        records: list[Record] = []
        while batch := self.poll(limit=limit):
            records += batch
            assert len(records) < 10_000, "it never comes to the stream's end"
        return records

    def commit(self, *records: Record) -> None:
        self._run(self.source.commit([record.position for record in records]))

    def lag(self) -> int:
        return self._run(self.source.lag())


def values(records: list[Record]) -> list[bytes | None]:
    return [record.value for record in records]
