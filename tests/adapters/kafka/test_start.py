"""Where does a group begin that has read nothing yet, and does it stay there?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.start import Earliest, Latest, Since, Start, Successor, parse_start
from tests.adapters.kafka.rooms import Room, a_name
from tests.runner import Run

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2090, 1, 1, tzinfo=UTC)


class TestASettingForTheStart:
    @pytest.mark.parametrize(
        ("text", "start"),
        [
            ("earliest", Earliest()),
            (" latest ", Latest()),
            ("2026-03-02T12:00:00Z", Since(instant=datetime(2026, 3, 2, 12, tzinfo=UTC))),
            ("2026-03-02 13:00+01:00", Since(instant=datetime(2026, 3, 2, 12, tzinfo=UTC))),
            ("group:email-notification-service", Successor(group="email-notification-service")),
        ],
    )
    def test_is_one_of_four(self, text: str, start: Start) -> None:
        assert parse_start(text) == start

    @pytest.mark.parametrize(
        "text", ["", "newest", "group:", "group: ", "2026-03-02T12:00:00", "latest:x", "earliest:"]
    )
    def test_is_refused_with_what_is_wanted_if_it_is_none_of_them(self, text: str) -> None:
        with pytest.raises(ValueError, match="want earliest, latest, an instant such as"):
            parse_start(text)


@pytest.fixture
def room(kafka_brokers: str, run: Run) -> Iterator[Room]:
    """With ten records in two partitions."""
    room = Room(kafka_brokers, partitions=2)
    publisher = run(room.publisher())
    run(publisher.publish([b"%d" % number for number in range(10)]))
    yield room
    run(room.close())


def read_on(source: KafkaEventSource, run: Run) -> set[bytes | None]:
    read: set[bytes | None] = set()
    while batch := run(source.poll(limit=100, wait_for=timedelta())):
        read |= {record.value for record in batch}
    return read


TEN: set[bytes | None] = {b"%d" % number for number in range(10)}


class TestANewGroup:
    @pytest.mark.parametrize(
        ("start", "read"),
        [
            (Earliest(), TEN),
            (Latest(), set()),
            (Since(instant=LONG_AGO), TEN),
            (Since(instant=FAR_AHEAD), set()),
            (Successor(group="a group that never was"), TEN),
        ],
        ids=lambda each: type(each).__name__,
    )
    def test_begins_where_it_was_told_to(
        self, room: Room, run: Run, start: Start, read: set[bytes | None]
    ) -> None:
        source = run(room.source(a_name(), start=start))
        assert run(source.lag()) == len(read)
        assert read_on(source, run) == read

    def test_keeps_its_place_though_nothing_was_committed(self, room: Room, run: Run) -> None:
        group = a_name()
        source = run(room.source(group, start=Latest()))
        assert read_on(source, run) == set()
        run(source.close())
        run(run(room.publisher()).publish([b"meanwhile"]))
        assert read_on(run(room.source(group, start=Latest())), run) == {b"meanwhile"}

    def test_goes_on_where_its_predecessor_has_come_to(self, room: Room, run: Run) -> None:
        predecessor = run(room.source("the-one-before" + room.group))
        polled = run(predecessor.poll(limit=4, wait_for=timedelta()))
        run(predecessor.commit([record.position for record in polled]))
        run(predecessor.close())
        start = Successor(group="the-one-before" + room.group)
        read = read_on(run(room.source(a_name(), start=start)), run)
        assert read == TEN - {record.value for record in polled}


class TestAGroupThatHasRead:
    def test_goes_on_where_it_was_whatever_the_start_says(self, room: Room, run: Run) -> None:
        group = a_name()
        source = run(room.source(group))
        polled = run(source.poll(limit=4, wait_for=timedelta()))
        run(source.commit([record.position for record in polled]))
        run(source.close())
        read = read_on(run(room.source(group, start=Latest())), run)
        # Of the partition that it has not committed it had read nothing.
        assert read <= TEN - {record.value for record in polled}
