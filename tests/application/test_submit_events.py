"""What is each event told that somebody submits?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import permutations

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.event_publisher import MemoryEventPublisher
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.stream import Stream
from adapters.wire.decoder import WireDecoder
from application.errors import StoreUnavailable, StreamUnavailable
from application.submit_events import SubmitEvents, Verdict
from domain.channel import Channel
from domain.record import Position, Record
from entrypoints.channels import ADDRESS_FIELDS, CHANNELS
from tests.builders import EMAIL, SMS, a_held_notification
from tests.runner import Run

BY_EMAIL = {"email": "ada@example.com"}
BY_SMS = {"phoneNumber": "+15551234567"}


@dataclass(slots=True)
class Place:
    """Where somebody submits."""

    clock: MemoryClock = field(default_factory=MemoryClock)
    database: Database = field(default_factory=Database)
    stream: Stream = field(default_factory=Stream)
    decoder: WireDecoder = field(default_factory=lambda: WireDecoder(ADDRESS_FIELDS))

    @property
    def submit(self) -> SubmitEvents:
        return SubmitEvents(
            channels=CHANNELS,
            decoder=self.decoder,
            publisher=MemoryEventPublisher(self.stream, self.clock),
            history=MemoryNotificationHistory(self.database),
            clock=self.clock,
        )

    def verdicts(self, run: Run, *values: bytes) -> list[Verdict]:
        return [each.verdict for each in run(self.submit(values))]

    def has_accepted(self, value: bytes, channel: Channel) -> None:
        position = Position(topic="t", partition=0, offset=0)
        record = Record(value=value, position=position, appended_at=self.clock.now())
        event = self.decoder.decode(record)
        self.database.write(a_held_notification(event=event, channel=channel), None)

    @property
    def published(self) -> list[bytes | None]:
        return [record.value for record in self.stream.records]


def event(addresses: dict[str, str], event_id: str = "one", message: str = "m") -> bytes:
    payload = {**addresses, "message": message}
    return json.dumps({"eventId": event_id, "payload": payload}).encode()


@pytest.fixture
def place() -> Place:
    return Place()


class TestWhatIsNew:
    def test_is_published_in_the_order_given(self, place: Place, run: Run) -> None:
        values = [event(BY_EMAIL, event_id=f"{n}") for n in (3, 1, 2)]
        assert place.verdicts(run, *values) == [Verdict.PUBLISHED] * 3
        assert place.published == values

    def test_can_be_nothing(self, place: Place, run: Run) -> None:
        place.stream.go_away()
        assert place.verdicts(run) == []


class TestWhatIsThereAlready:
    def test_is_known_by_its_payload_alone(self, place: Place, run: Run) -> None:
        place.has_accepted(event(BY_EMAIL), EMAIL)
        other_words = event(BY_EMAIL).replace(b'"eventId"', b'"x": 1, "eventId"')
        assert place.verdicts(run, other_words) == [Verdict.KNOWN]
        assert place.published == []

    def test_is_a_conflict_with_another_payload(self, place: Place, run: Run) -> None:
        place.has_accepted(event(BY_EMAIL), EMAIL)
        assert place.verdicts(run, event(BY_EMAIL, message="x")) == [Verdict.CONFLICT]
        assert place.verdicts(run, event(BY_SMS)) == [Verdict.CONFLICT]
        assert place.published == []

    def test_may_stand_for_another_content_on_each_channel(self, place: Place, run: Run) -> None:
        place.has_accepted(event(BY_EMAIL), EMAIL)
        place.has_accepted(event(BY_SMS), SMS)
        values = [event(BY_EMAIL), event(BY_SMS), event(BY_EMAIL | BY_SMS)]
        assert place.verdicts(run, *values) == [Verdict.KNOWN, Verdict.KNOWN, Verdict.CONFLICT]

    def test_may_stand_earlier_in_the_same_call(self, place: Place, run: Run) -> None:
        one, other = event(BY_EMAIL), event(BY_EMAIL, message="x")
        assert place.verdicts(run, one, other, one) == [
            Verdict.PUBLISHED,
            Verdict.CONFLICT,
            Verdict.KNOWN,
        ]
        assert place.published == [one]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("at", range(3))
    def test_keeps_nobody_else_back(self, place: Place, run: Run, at: int) -> None:
        values = [event(BY_EMAIL, event_id="a"), event(BY_EMAIL, event_id="b")]
        values.insert(at, b"{")
        submissions = run(place.submit(values))
        assert submissions[at].verdict is Verdict.UNREADABLE
        assert submissions[at].event_id is None
        assert submissions[at].problem is not None
        assert len(place.published) == 2

    def test_stands_for_no_id(self, place: Place, run: Run) -> None:
        unreadable = b'{"eventId": "one", "payload": {}}'
        assert place.verdicts(run, unreadable, event(BY_EMAIL)) == [
            Verdict.UNREADABLE,
            Verdict.PUBLISHED,
        ]


class TestInWhateverOrder:
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_what_comes_first_of_an_id_is_published(
        self, place: Place, run: Run, order: tuple[int, ...]
    ) -> None:
        values = [event(BY_EMAIL, message=f"m{n}") for n in order]
        assert place.verdicts(run, *values) == [
            Verdict.PUBLISHED,
            Verdict.CONFLICT,
            Verdict.CONFLICT,
        ]
        assert place.published == values[:1]


class TestWhileSomethingIsAway:
    def test_nothing_is_published_unseen(self, place: Place, run: Run) -> None:
        place.database.go_away()
        with pytest.raises(StoreUnavailable):
            run(place.submit([event(BY_EMAIL)]))
        assert place.published == []

    def test_it_is_said_that_the_stream_is(self, place: Place, run: Run) -> None:
        place.stream.go_away()
        with pytest.raises(StreamUnavailable):
            run(place.submit([event(BY_EMAIL)]))
