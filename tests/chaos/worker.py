"""How does a real worker come to be killed, or stopped, in the middle of its work?"""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.chaos.evidence import Evidence, Key, count_paused, count_settled, handed_over
from tests.chaos.workload import Workload
from tests.entrypoints.program import Ended, Program

MAX_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Run:
    """`stops` is what lay there right after each time it was stopped in the middle."""

    work: Workload
    stops: list[Evidence]
    end: Evidence
    said: list[Ended]

    @property
    def in_flight(self) -> Counter[Key]:
        """How many of the stops met it in flight."""
        return Counter(key for stop in self.stops for key in stop.in_flight)


class Worker:
    """One after another on the same data; the rate rule is too wide to hold anything."""

    def __init__(self, home: Path, work: Workload) -> None:
        self._work = work
        self._program = Program(
            home,
            RATE_LIMIT_EMAIL="1000000",
            RATE_LIMIT_SMS="1000000",
            MAX_RETRIES=str(MAX_RETRIES),
            RETRY_DELAY_MS="10",
            EMAIL_CONCURRENCY="4",
            SMS_CONCURRENCY="100",
        )
        self._stops: list[Evidence] = []
        self._said: list[Ended] = []

    def finds_everything_published(self) -> None:
        self._publish(self._work.lines)

    def is_killed_after(self, count: int) -> None:
        """As soon as the outbox holds so many files more."""
        told = self._count_told()
        with self._program.running("up") as running:
            running.wait_until(partial(self._has_handed_over, told + count))
            running.kill()
        self._stops.append(self._look())

    def is_told_to_stop_after(self, count: int, *, by: signal.Signals) -> None:
        told = self._count_told()
        with self._program.running("up") as running:
            running.wait_until(partial(self._has_handed_over, told + count))
            self._said.append(running.stop(by))
        self._stops.append(self._look())

    def is_killed_beside_who_publishes(self) -> None:
        """Each who publishes opens the same file, and has left before it is all told."""
        half = len(self._work.lines) // 2
        with self._program.running("up") as running:
            self._publish(self._work.lines[:half])
            running.wait_until(partial(self._has_handed_over, 1))
            self._publish(self._work.lines[half:])
            running.wait_until(partial(self._has_handed_over, len(self._work.told)))
            running.kill()
        self._stops.append(self._look())

    def is_paused_beside_who_publishes(self, *, times: int) -> None:
        """Each time in the middle, and until something has come that has to wait."""
        size = -(-len(self._work.lines) // times)
        with self._program.running("up") as running:
            for number in range(times):
                some = self._work.lines[number * size : (number + 1) * size]
                told = self._count_told()
                self._publish(some[: size // 2])
                running.wait_until(partial(self._has_handed_over, told + 1))
                self._switch("pause", "--why", "the relay moves")
                self._publish(some[size // 2 :])
                running.wait_until(lambda: count_paused(self._program.data) > 0)
                self._switch("resume")
            self._said.append(running.stop())

    def works_until_idle(self) -> Run:
        self._said.append(self._program("up", "--until-idle"))
        return Run(self._work, self._stops, self._look(), self._said)

    def works_until_the_rest_waits_for_an_answer(self) -> Run:
        everything = len(self._work.notifications)
        with self._program.running("up") as running:
            running.wait_until_it_says("works on")
            running.wait_until(lambda: count_settled(self._program.data) == everything)
            self._said.append(running.stop())
        return Run(self._work, self._stops, self._look(), self._said)

    def _publish(self, lines: list[bytes]) -> None:
        published = self._program(
            "publish", "--file", "-", "--as-they-are", stdin=b"\n".join(lines)
        )
        assert published.code == 0, published

    def _switch(self, how: str, *more: str) -> None:
        for channel in ("email", "sms"):
            assert self._program("lanes", how, channel, *more).code == 0

    def _has_handed_over(self, count: int) -> bool:
        return self._count_told() >= count

    def _count_told(self) -> int:
        return len(handed_over(self._program.data))

    def _look(self) -> Evidence:
        copy = self._program.home / f"copy-{len(self._stops)}-{len(self._said)}"
        return Evidence.of(self._program.data, copy=copy)
