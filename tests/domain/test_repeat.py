"""An event comes again under an id that is taken: what is it called, and what is kept?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.event import Event
from domain.record import Position
from domain.repeat import Repeat, Standing
from domain.status import Status
from tests.builders import a_begun_notification, a_position, an_event, at

_FIRST = an_event(text="Welcome!")
_OTHER = an_event(text="Something else!")
_STANDING = Standing.of(a_begun_notification(event=_FIRST, origin=a_position(7), now=at(3)))


class TestAnEventThatCameAgain:
    @pytest.mark.parametrize(
        ("event", "position", "kind"),
        [
            (_FIRST, a_position(7), Repeat.REDELIVERY),
            (_FIRST, a_position(8), Repeat.DUPLICATE),
            (_FIRST, a_position(7, partition=1), Repeat.DUPLICATE),
            (_FIRST, a_position(7, topic="others"), Repeat.DUPLICATE),
            (_OTHER, a_position(8), Repeat.CONFLICT),
            (_OTHER, a_position(7, partition=1), Repeat.CONFLICT),
        ],
        ids=[
            "the same from the same place",
            "the same from another offset",
            "the same from another partition",
            "the same from another topic",
            "another from another offset",
            "another from another partition",
        ],
    )
    def test_is_named_by_its_place_and_digest(
        self, event: Event, position: Position, kind: Repeat
    ) -> None:
        assert _STANDING.compare(position=position, digest=event.digest) is kind

    def test_leaves_no_sighting_if_it_was_redelivered(self) -> None:
        assert _STANDING.sighting(event=_FIRST, position=a_position(7), now=at(9)) is None

    def test_leaves_a_sighting_without_bytes_if_it_is_a_duplicate(self) -> None:
        sighting = _STANDING.sighting(event=_FIRST, position=a_position(8), now=at(9))
        assert sighting is not None
        assert sighting.kind is Repeat.DUPLICATE
        assert sighting.position == a_position(8)
        assert sighting.seen_at == at(9)
        assert sighting.body is None

    def test_leaves_a_sighting_with_its_bytes_if_it_is_a_conflict(self) -> None:
        sighting = _STANDING.sighting(event=_OTHER, position=a_position(8), now=at(9))
        assert sighting is not None
        assert sighting.kind is Repeat.CONFLICT
        assert sighting.body == _OTHER.body

    def test_is_told_apart_by_whose_notification_stands(self) -> None:
        sighting = _STANDING.sighting(event=_FIRST, position=a_position(8), now=at(9))
        assert sighting is not None
        assert sighting.notification_id == _STANDING.notification_id
        assert sighting.event_id == _FIRST.id


class TestAStanding:
    def test_says_what_the_store_knows_of_the_first(self) -> None:
        first = a_begun_notification(event=_FIRST, origin=a_position(7), now=at(3))
        assert Standing.of(first) == Standing(
            notification_id=first.id,
            origin=a_position(7),
            digest=_FIRST.digest,
            accepted_at=at(3),
            status=Status.SENDING,
            begun_at=at(3),
        )

    @pytest.mark.parametrize(
        ("status", "begun_at", "is_settled"),
        [
            (Status.SENT, at(3), True),
            (Status.SENT, at(3.001), False),
            (Status.FAILED, None, True),
            (Status.RETRYING, at(3), False),
            (Status.PENDING, None, False),
        ],
        ids=[
            "sent, and its hand-over counts no more",
            "sent, and its hand-over counts still",
            "failed without a hand-over",
            "tried again some day",
            "never begun, but it may",
        ],
    )
    def test_is_long_settled_once_it_cannot_count_for_the_rate_rule(
        self, status: Status, begun_at: datetime | None, is_settled: bool
    ) -> None:
        standing = replace(_STANDING, status=status, begun_at=begun_at)
        assert standing.is_long_settled(at(64), span=timedelta(seconds=61)) is is_settled
