"""How do real workers come to be killed, or stopped, in the middle of their work in production?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from tests.chaos.evidence import Evidence
from tests.chaos.production_evidence import Witness
from tests.chaos.worker import MAX_RETRIES, Run
from tests.chaos.workload import BUSY, REJECTED, Workload
from tests.deployment.ground import Ground
from tests.entrypoints.program import Ended, Program, Running

_IN_FLIGHT = 200


class Production:
    """Any number of workers for email; the rate rule is too wide to hold anything."""

    def __init__(self, home: Path, ground: Ground, work: Workload) -> None:
        self._ground = ground
        self._work = work
        self._witness = Witness(ground)
        self._program = Program(
            home,
            TIDINGS_ENV="production",
            SMTP_FROM="noreply@example.com",
            RATE_LIMIT_EMAIL="1000000",
            MAX_RETRIES=str(MAX_RETRIES),
            RETRY_DELAY_MS="10",
            EMAIL_CONCURRENCY="4",
            EMAIL_IN_FLIGHT=str(_IN_FLIGHT),
            **ground.settings,
        )
        self._stops: list[Evidence] = []
        self._said: list[Ended] = []
        ground.relay.will_always("rcpt", "550 5.1.1 nobody of that name", to=REJECTED)
        ground.relay.will("rcpt", "450 4.2.1 in a moment", to=BUSY)
        self._does("topics", "--partitions", "3")
        self._does("migrate")

    def publishes(self, lines: list[bytes]) -> None:
        self._does("publish", "--file", "-", "--as-they-are", stdin=b"\n".join(lines))

    def worker(self) -> AbstractContextManager[Running]:
        return self._program.running("worker", "--channel", "email")

    def has_told(self, count: int) -> bool:
        return len(self._ground.relay.received) >= count

    def works_until(self, count: int, worker: Running) -> None:
        worker.wait_until(partial(self.has_told, count))

    def have_worked(self, count: int) -> bool:
        """So many workers."""
        return asyncio.run(self._witness.workers()) >= count

    def is_told_to_stop(self, worker: Running) -> None:
        self._said.append(worker.stop())
        self._stops.append(self._look())

    def is_killed(self, worker: Running) -> None:
        worker.kill()
        self._ground.beside.run(self._ground.relay.left_alone())
        asyncio.run(self._witness.bury())
        self._stops.append(self._look())

    def comes_to_rest(self, worker: Running) -> Run:
        worker.wait_until(lambda: asyncio.run(self._witness.is_settled()))
        self._said.append(worker.stop())
        return Run(self._work, self._stops, self._look(), self._said)

    def _look(self) -> Evidence:
        return asyncio.run(self._witness.evidence())

    def _does(self, *command: str, stdin: bytes = b"") -> None:
        ended = self._program(*command, stdin=stdin)
        assert ended.code == 0, ended


class Server(Protocol):
    """What can be taken away, and comes back."""

    def kill(self) -> None: ...

    def start_again(self) -> None: ...


@contextmanager
def gone(server: Server) -> Iterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start_again()
