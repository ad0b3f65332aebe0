"""What does Prometheus read?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.clock import MemoryClock
from adapters.prometheus.exposition import Exposition
from adapters.prometheus.metrics import METRICS, PREFIX, Kind
from adapters.prometheus.telemetry import MOST_RULES
from application.health import STALE_AFTER
from application.ports.telemetry import Batch
from domain.circuit import Circuit
from domain.outcome import Accepted, Deferred, ProviderDown, Rejected
from domain.repeat import Repeat
from domain.status import Wait
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.contracts.given import BY, EMAIL, NOW, SECOND, begun, waiting


@pytest.fixture
def exposition() -> Exposition:
    return Exposition(version="1.2", assembly="memory")


@pytest.fixture
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        world = World(assembly=MemoryAssembly(), runner=runner)
        yield world
        world.close()


def value(exposition: Exposition, sample: str) -> float | None:
    """Of one line of the page; None if it is not there."""
    for line in exposition.page().decode().splitlines():
        name, _, number = line.rpartition(" ")
        if name == f"{PREFIX}{sample}":
            return float(number)
    return None


def settled(outcome: Accepted | Rejected | Deferred | ProviderDown, rule: str = "250"):  # type: ignore[no-untyped-def]
    outcome = replace(outcome, rule=rule)
    return begun().settle(outcome, channel=EMAIL, now=NOW + SECOND, by=BY, wake_at=NOW + SECOND)


class TestWhatAddsUp:
    def test_is_added_batch_by_batch(self, exposition: Exposition) -> None:
        for _ in range(2):
            exposition.telemetry.taken_in(
                "email",
                Batch(
                    records=7,
                    unreadable=1,
                    added=[begun(), *[waiting(reason=Wait.RATE)] * 3],
                    repeats={Repeat.DUPLICATE: 2},
                ),
            )
        assert value(exposition, 'records_received_total{channel="email"}') == 14
        assert value(exposition, 'records_unreadable_total{channel="email"}') == 2
        assert value(exposition, 'notifications_accepted_total{channel="email"}') == 8
        assert value(exposition, 'repeats_total{channel="email",kind="duplicate"}') == 4
        assert value(exposition, 'notifications_held_total{channel="email",reason="rate"}') == 6
        of = 'batch_size_bucket{channel="email",le="10.0",step="taken in"}'
        assert value(exposition, of) == 2

    def test_tells_attempts_by_outcome_and_rule(self, exposition: Exposition) -> None:
        taken, refused = settled(Accepted()), settled(Rejected(reason="no"), "550")
        exposition.telemetry.settled("email", [taken, taken, refused])
        attempts = 'attempts_total{channel="email",outcome="%s",rule="%s"}'
        assert value(exposition, attempts % ("accepted", "250")) == 2
        assert value(exposition, attempts % ("rejected", "550")) == 1
        failed = 'notifications_failed_total{channel="email",reason="rejected"}'
        assert value(exposition, failed) == 1

    def test_counts_what_waits_on_as_held_and_not_as_failed(self, exposition: Exposition) -> None:
        exposition.telemetry.settled("email", [settled(Deferred(reason="busy"), "451")])
        held = 'notifications_held_total{channel="email",reason="backoff"}'
        assert value(exposition, held) == 1
        assert value(exposition, 'notifications_failed_total{channel="email"}') is None

    def test_tells_how_long_it_took_from_the_event(self, exposition: Exposition) -> None:
        taken = settled(Accepted())
        took = (taken.last_move.at - taken.event.occurred_at).total_seconds()
        exposition.telemetry.settled("email", [taken])
        assert value(exposition, 'event_to_sent_seconds_sum{channel="email"}') == took
        assert value(exposition, 'event_to_sent_seconds_count{channel="email"}') == 1
        last = 'event_to_sent_seconds_bucket{channel="email",le="+Inf"}'
        assert value(exposition, last) == 1

    def test_has_a_bound_on_its_labels(self, exposition: Exposition) -> None:
        """A file of rules, or a provider, may bring any number."""
        taken = [settled(Accepted(), f"rule {n}") for n in range(MOST_RULES + 50)]
        exposition.telemetry.settled("email", taken)
        page = exposition.page().decode()
        assert len(re.findall(r"tidings_attempts_total\{", page)) == MOST_RULES + 1
        others = 'attempts_total{channel="email",outcome="accepted",rule="other"}'
        assert value(exposition, others) == 50

    def test_tells_when_circuits_open_and_close(self, exposition: Exposition) -> None:
        down = ProviderDown(reason="535", needs_operator=True)
        opened = Circuit().after(down, of=begun().id, now=NOW)
        exposition.telemetry.circuit_moved("email", opened, words="535", rule="535")
        exposition.telemetry.circuit_moved("email", Circuit(), words="250", rule="")
        openings = 'circuit_openings_total{channel="email",rule="535"}'
        assert value(exposition, openings) == 1
        assert value(exposition, 'circuit_closings_total{channel="email"}') == 1


class TestWhatIsSeen:
    def test_is_what_was_counted_last(self, world: World, exposition: Exposition) -> None:
        world.sender("email").will(Rejected(reason="no such mailbox", rule="550"))
        world.tell("Ada", "email", event_id="failed")
        world.sender("email").will(Deferred(reason="busy", rule="451"))
        world.tell("Ada", "email", event_id="waits")
        exposition.watch = world.tidings.watch
        assert value(exposition, 'dead_letters_open{reason="rejected"}') is None
        world.run(world.tidings.watch.look())
        assert value(exposition, 'dead_letters_open{reason="rejected"}') == 1
        assert value(exposition, 'waiting{channel="email",reason="backoff"}') == 1
        assert value(exposition, 'due{channel="email"}') == 0
        assert value(exposition, 'neighbour_up{neighbour="store"}') == 1

    def test_is_not_told_once_it_is_old(self, world: World, exposition: Exposition) -> None:
        """A gap says more than an old number."""
        exposition.watch = world.tidings.watch
        world.sender("email").will(Rejected(reason="no such mailbox", rule="550"))
        world.tell("Ada", "email", event_id="failed")
        world.run(world.tidings.watch.look())
        clock = world.tidings.clock
        assert isinstance(clock, MemoryClock)
        clock.advance(STALE_AFTER + timedelta(seconds=1))
        assert value(exposition, 'dead_letters_open{reason="rejected"}') is None
        age = value(exposition, 'count_age_seconds{of="dead letters"}')
        assert age == (STALE_AFTER + timedelta(seconds=1)).total_seconds()

    def test_tells_what_is_paused_and_how_long_a_loop_may_take(
        self, world: World, exposition: Exposition
    ) -> None:
        exposition.watch = world.tidings.watch
        world.pause("email", by="Linus", why="the relay is moved")
        world.turn()
        assert value(exposition, 'lane_paused{channel="email"}') == 1
        assert value(exposition, 'lane_paused{channel="sms"}') == 0
        world.tidings.lanes.each[0].pulse.beat("looking", patience=timedelta(minutes=1))
        of = '{channel="email",loop="looking"}'
        assert value(exposition, f"loop_age_seconds{of}") == 0
        assert value(exposition, f"loop_patience_seconds{of}") == 60

    def test_tells_who_is_away(self, world: World, exposition: Exposition) -> None:
        exposition.watch = world.tidings.watch
        world.run(world.assembly.break_store())
        world.run(world.tidings.watch.look())
        assert value(exposition, 'neighbour_up{neighbour="store"}') == 0

    def test_does_not_take_a_provider_for_a_neighbour(
        self, world: World, exposition: Exposition
    ) -> None:
        """What pages for a neighbour is not what pages for a provider."""
        world.sender("email").will_always(ProviderDown(reason="535 no", needs_operator=True))
        world.tell("Ada", "email")
        exposition.watch = world.tidings.watch
        world.run(world.tidings.watch.look())
        assert value(exposition, 'circuit_open{channel="email"}') == 1
        names = re.findall(r'neighbour_up{neighbour="([^"]+)"}', exposition.page().decode())
        assert names == ["store"]


class TestTheTable:
    def test_names_what_it_measures_as_prometheus_wants_it(self) -> None:
        """https://prometheus.io/docs/practices/naming/"""
        for metric in METRICS:
            assert re.fullmatch(r"tidings_[a-z_]+", metric.name)
            assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER)
            assert metric.means.endswith((".", ")"))

    def test_has_each_name_once(self) -> None:
        assert len({each.name for each in METRICS}) == len(METRICS)

    def test_has_no_label_for_whom_or_what_is_told(self) -> None:
        bounded = {
            "assembly", "channel", "doing", "kind", "loop", "neighbour", "of", "outcome", "part",
            "pool", "reason", "rule", "step", "version",
        }  # fmt: skip
        assert {label for each in METRICS for label in each.labels} <= bounded
