"""Does every life of a notification keep to the table, count its attempts and give its reasons?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.channel import Channel
from domain.dead_letter import DeadLetter
from domain.errors import IllegalTransition
from domain.failure import Failure
from domain.notification import Notification, notification_id
from domain.outcome import Accepted, Deferred, Found, Outcome, ProviderDown, Rejected, Unknown
from domain.receipt import ReceiptVerdict
from domain.retry import RetryPolicy
from domain.status import TRANSITIONS, Status, Wait
from domain.uncertainty import SMS_UNCERTAINTY, UncertaintyPolicy
from tests.builders import (
    ADA,
    EMAIL,
    GRACE,
    SMS,
    WORKER,
    a_begun_notification,
    a_failed_notification,
    a_held_notification,
    a_position,
    a_receipt,
    an_event,
    at,
    email_channel,
    sms_channel,
    waiting,
)

#: Ids are kept for years: whoever changes this makes every duplicate a newcomer.
_NAMESPACE = UUID("1b4bd2a6-1d59-5b7e-8f57-6a8a5e6c0b52")

_ACCEPTED = Accepted(reason="250 ok", provider_id="4F2A11")
_DEFERRED = Deferred(reason="450 mailbox busy", rule="smtp 450")
_REJECTED = Rejected(reason="550 no such user", rule="smtp 550")
_UNKNOWN = Unknown(reason="contact was lost")
_DOWN = ProviderDown(reason="421 service not available")
_OUTCOMES: list[Outcome] = [_ACCEPTED, _DEFERRED, _REJECTED, _UNKNOWN, _DOWN]

_PACING = (Wait.TURN, Wait.RATE, Wait.CIRCUIT)
_PERSISTENT = email_channel(
    retry_policy=RetryPolicy(max_retries=9), uncertainty_policy=UncertaintyPolicy(resends=9)
)


def _settled(
    notification: Notification,
    outcome: Outcome,
    *,
    channel: Channel = EMAIL,
    now: datetime | None = None,
    wake_at: datetime | None = None,
) -> Notification:
    return notification.settle(
        outcome, channel=channel, now=now or at(), by=WORKER, wake_at=wake_at or at(30)
    )


def _tried(
    notification: Notification, outcome: Outcome, *, channel: Channel = EMAIL
) -> Notification:
    """Begun when it is due, and settled at that instant."""
    now = notification.due_at or at()
    return _settled(notification.begin(now=now, by=WORKER), outcome, channel=channel, now=now)


def _rescued(notification: Notification, *, channel: Channel = EMAIL) -> Notification:
    return notification.rescue(channel=channel, now=at(60), by="worker-2")


def _in_status(status: Status) -> Notification:
    """An email that came there by its own verbs."""
    match status:
        case Status.PENDING:
            return a_held_notification()
        case Status.SENDING:
            return a_begun_notification()
        case Status.RETRYING:
            return _settled(a_begun_notification(), _DEFERRED)
        case Status.UNCERTAIN:
            return _settled(a_begun_notification(), _UNKNOWN)
        case Status.SENT:
            return _settled(a_begun_notification(), _ACCEPTED)
        case Status.DELIVERED:
            sent = _settled(a_begun_notification(), _ACCEPTED)
            delivered = sent.receive(a_receipt(of=sent), now=at(), by="a receipt")
            assert delivered is not None
            return delivered
        case Status.FAILED:
            return _settled(a_begun_notification(), _REJECTED)


def _name(value: object) -> str:
    return type(value).__name__


class TestAnId:
    @given(event_id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=255))
    @settings(deadline=None)
    def test_is_the_uuid5_of_channel_and_event(self, event_id: str) -> None:
        assert notification_id(event_id, "sms") == uuid5(_NAMESPACE, f"sms:{event_id}")

    def test_is_one_for_each_channel_of_an_event(self) -> None:
        assert a_begun_notification(channel=EMAIL).id != a_begun_notification(channel=SMS).id

    def test_is_the_same_wherever_the_event_lay(self) -> None:
        first = a_begun_notification(origin=a_position(1), now=at())
        again = a_held_notification(origin=a_position(2), now=at(9))
        assert first.id == again.id == notification_id("9f0c", "email")


class TestABirth:
    def test_is_sending_when_nothing_stands_in_its_way(self) -> None:
        notification = a_begun_notification(now=at(3))
        assert notification.status is Status.SENDING
        assert notification.is_in_hand
        assert notification.attempt == 1
        assert notification.begun_at == at(3)
        assert (notification.due_at, notification.waiting_for) == (None, None)

    @pytest.mark.parametrize("reason", [*_PACING, Wait.SCHEDULE])
    def test_is_pending_when_it_must_wait(self, reason: Wait) -> None:
        notification = a_held_notification(reason=reason, until=at(30))
        assert notification.status is Status.PENDING
        assert (notification.waiting_for, notification.due_at) == (reason, at(30))
        assert notification.attempt == 0
        assert notification.begun_at is None

    def test_is_failed_when_it_cannot_be_served(self) -> None:
        notification = a_failed_notification(failure=Failure.INVALID, words="not an address")
        assert notification.status is Status.FAILED
        assert notification.failure is Failure.INVALID
        assert notification.attempt == 0
        assert notification.last_move.words == "not an address"

    def test_is_failed_whatever_it_would_have_waited_for(self) -> None:
        held = a_held_notification()
        notification = Notification.born(
            event=held.event,
            channel=held.channel,
            recipient=held.recipient,
            origin=held.origin,
            now=at(),
            by=WORKER,
            waiting=waiting(Wait.SCHEDULE, until=at(30)),
            failure=Failure.EXPIRED,
        )
        assert notification.status is Status.FAILED
        assert (notification.due_at, notification.waiting_for) == (None, None)

    @pytest.mark.parametrize(
        "notification",
        [
            a_begun_notification(now=at(3), by="worker-7"),
            a_held_notification(now=at(3), by="worker-7"),
            a_failed_notification(now=at(3), by="worker-7"),
        ],
        ids=lambda notification: notification.status,
    )
    def test_is_the_first_line_of_the_trail(self, notification: Notification) -> None:
        move = notification.last_move
        assert (move.number, move.came_from, move.generation) == (1, None, 1)
        assert (move.at, move.by) == (at(3), "worker-7")
        assert notification.accepted_at == notification.since == at(3)

    def test_is_not_held_past_its_expiry(self) -> None:
        event = an_event(expires_at=at(10))
        assert a_held_notification(event=event, until=at(30)).due_at == at(10)


class TestADeferredAttempt:
    def test_is_tried_again_after_one_two_and_four_seconds(self) -> None:
        notification = _settled(a_begun_notification(), _DEFERRED)
        instants = [notification.due_at]
        for _ in range(2):
            notification = _tried(notification, _DEFERRED)
            instants.append(notification.due_at)
        assert notification.status is Status.RETRYING
        assert notification.waiting_for is Wait.BACKOFF
        assert instants == [at(1), at(1 + 2), at(1 + 2 + 4)]

    def test_is_given_up_after_the_fourth(self) -> None:
        notification = _settled(a_begun_notification(), _DEFERRED)
        for _ in range(3):
            notification = _tried(notification, _DEFERRED)
        assert notification.failure is Failure.EXHAUSTED
        assert notification.attempt == 4
        letter = notification.dead_letter()
        assert letter is not None
        assert (letter.reason, letter.attempts, letter.failed_at) == ("exhausted", 4, at(7))

    def test_waits_at_least_as_long_as_the_provider_said(self) -> None:
        busy = Deferred(reason="greylisted", retry_after=timedelta(minutes=5))
        assert _settled(a_begun_notification(), busy).due_at == at(minutes=5)

    def test_fails_as_expired_if_the_next_try_would_come_after_its_expiry(self) -> None:
        event = an_event(expires_at=at(0.5))
        notification = _settled(a_begun_notification(event=event), _DEFERRED)
        assert notification.failure is Failure.EXPIRED
        assert (notification.due_at, notification.waiting_for) == (None, None)

    def test_is_tried_again_if_the_next_try_comes_before_it(self) -> None:
        event = an_event(expires_at=at(1.5))
        assert _settled(a_begun_notification(event=event), _DEFERRED).due_at == at(1)

    def test_fails_as_exhausted_rather_than_expired_when_it_was_the_last(self) -> None:
        once = email_channel(retry_policy=RetryPolicy(max_retries=0))
        event = an_event(expires_at=at(0.5))
        notification = _settled(a_begun_notification(event=event), _DEFERRED, channel=once)
        assert notification.failure is Failure.EXHAUSTED


class TestAnAttempt:
    def test_is_counted_when_it_begins(self) -> None:
        held = a_held_notification()
        begun = held.begin(now=at(5), by=WORKER)
        assert (held.attempt, begun.attempt) == (0, 1)
        assert begun.begun_at == at(5)

    def test_ends_as_sent_when_it_is_accepted(self) -> None:
        sent = _settled(a_begun_notification(), _ACCEPTED)
        assert sent.status is Status.SENT
        assert sent.provider_id == "4F2A11"
        assert (sent.due_at, sent.failure, sent.dead_letter()) == (None, None, None)

    def test_ends_as_failed_when_it_is_rejected(self) -> None:
        assert _settled(a_begun_notification(), _REJECTED).failure is Failure.REJECTED

    def test_ends_in_doubt_when_contact_was_lost(self) -> None:
        assert _settled(a_begun_notification(), _UNKNOWN).status is Status.UNCERTAIN

    @pytest.mark.parametrize("outcome", _OUTCOMES, ids=_name)
    def test_leaves_the_rule_that_decided_in_the_trail(self, outcome: Outcome) -> None:
        settled = _settled(a_begun_notification(), replace(outcome, rule="row 7"), now=at(2))
        assert settled.last_move.rule == "row 7"
        assert settled.last_move.words == outcome.reason
        assert settled.last_move.at == settled.since == at(2)


class TestAHold:
    @pytest.mark.parametrize(
        "status", [Status.PENDING, Status.RETRYING, Status.UNCERTAIN], ids=str.lower
    )
    def test_costs_no_attempt_and_leaves_the_status(self, status: Status) -> None:
        before = _in_status(status)
        after = before.hold(waiting(Wait.CIRCUIT, until=at(60)), now=at(5), by=WORKER)
        assert (after.status, after.attempt, after.since) == (status, before.attempt, before.since)
        assert (after.waiting_for, after.due_at) == (Wait.CIRCUIT, at(60))

    def test_for_something_else_is_a_line_of_the_trail(self) -> None:
        before = a_held_notification(reason=Wait.TURN)
        after = before.hold(waiting(Wait.RATE, until=at(60)), now=at(5), by="worker-2")
        assert after.last_move.number == before.last_move.number + 1
        assert after.last_move.came_from is after.last_move.status is Status.PENDING
        assert (after.last_move.at, after.last_move.by) == (at(5), "worker-2")

    def test_for_longer_is_none(self) -> None:
        before = a_held_notification(reason=Wait.RATE, until=at(30))
        after = before.hold(waiting(Wait.RATE, until=at(60)), now=at(30), by="worker-2")
        assert after.due_at == at(60)
        assert replace(after.last_move, due_at=at(30)) == before.last_move

    def test_repeats_no_words_of_the_line_before(self) -> None:
        before = _settled(a_begun_notification(), _DEFERRED)
        after = before.hold(waiting(Wait.RATE, until=at(60)), now=at(5), by=WORKER)
        assert after.last_move.words == after.last_move.rule == ""

    @pytest.mark.parametrize("reason", [Wait.RATE, Wait.CIRCUIT])
    def test_ends_at_its_expiry(self, reason: Wait) -> None:
        event = an_event(expires_at=at(40))
        before = a_held_notification(event=event, reason=Wait.RATE, until=at(30))
        assert before.hold(waiting(reason, until=at(60)), now=at(30), by=WORKER).due_at == at(40)

    @pytest.mark.parametrize(
        ("until", "expires_first"),
        [
            pytest.param(at(39), False, id="ends before its expiry"),
            pytest.param(at(40), True, id="ends with it"),
            pytest.param(at(60), True, id="would end after it"),
        ],
    )
    def test_is_known_to_come_too_late(self, until: datetime, expires_first: bool) -> None:
        held = a_held_notification(event=an_event(expires_at=at(40)), until=until)
        assert held.expires_first(held.last_move) is expires_first

    def test_never_comes_too_late_where_nothing_expires(self) -> None:
        held, begun = a_held_notification(until=at(60)), a_begun_notification()
        assert not held.expires_first(held.last_move)
        assert not begun.expires_first(begun.last_move)

    def test_never_comes_too_late_for_what_may_have_arrived(self) -> None:
        begun = a_begun_notification(event=an_event(expires_at=at(40)))
        held = _settled(begun, _UNKNOWN).hold(
            waiting(Wait.RATE, until=at(40)), now=at(5), by=WORKER
        )
        assert held.due_at == at(40)
        assert not held.expires_first(held.last_move)

    def test_does_not_end_at_its_expiry_if_it_may_have_arrived(self) -> None:
        event = an_event(expires_at=at(40))
        before = _settled(a_begun_notification(event=event), _UNKNOWN)
        after = before.hold(waiting(Wait.RATE, until=at(60)), now=at(5), by=WORKER)
        assert after.due_at == at(60)


class TestARelease:
    @pytest.mark.parametrize(
        "before",
        [
            _in_status(Status.PENDING),
            _in_status(Status.RETRYING),
            _in_status(Status.UNCERTAIN),
            a_held_notification().hold(waiting(Wait.TURN), now=at(), by=WORKER),
        ],
        ids=["pending", "retrying", "uncertain", "pending, held twice"],
    )
    def test_undoes_the_beginning(self, before: Notification) -> None:
        begun = before.begin(now=at(5), by=WORKER)
        after = begun.release(waiting(Wait.TURN, until=at(6)), now=at(6), by=WORKER)
        assert after.status is before.status
        assert (after.attempt, after.resends) == (before.attempt, before.resends)
        assert (after.waiting_for, after.due_at) == (Wait.TURN, at(6))

    def test_of_a_newborn_leaves_it_pending(self) -> None:
        after = a_begun_notification().release(waiting(until=at(6)), now=at(6), by=WORKER)
        assert (after.status, after.attempt) == (Status.PENDING, 0)

    def test_is_a_line_of_the_trail(self) -> None:
        after = a_begun_notification().release(waiting(), now=at(6), by=WORKER, words="stopping")
        assert after.last_move.number == 2
        assert after.last_move.came_from is Status.SENDING
        assert after.last_move.words == "stopping"

    def test_leaves_what_may_have_arrived_to_be_sent_again(self) -> None:
        begun = _in_status(Status.UNCERTAIN).begin(now=at(5), by=WORKER)
        after = begun.release(waiting(Wait.RATE, until=at(9)), now=at(6), by=WORKER)
        assert not after.wants_an_answer


class TestAProviderThatIsDown:
    @pytest.mark.parametrize(
        "status", [Status.PENDING, Status.RETRYING, Status.UNCERTAIN], ids=str.lower
    )
    def test_sends_it_back_to_where_it_was(self, status: Status) -> None:
        before = _in_status(status)
        after = _settled(before.begin(now=at(5), by=WORKER), _DOWN, wake_at=at(35))
        assert (after.status, after.attempt, after.resends) == (status, before.attempt, 0)
        assert (after.waiting_for, after.due_at) == (Wait.CIRCUIT, at(35))

    def test_costs_no_attempt_however_often(self) -> None:
        notification = a_held_notification()
        for _ in range(100):
            notification = _tried(notification, _DOWN)
        assert (notification.status, notification.attempt) == (Status.PENDING, 0)


class TestAnUncertainEmail:
    def test_is_sent_again_twice_then_waits_a_day_for_a_person_then_fails(self) -> None:
        notification = _settled(a_begun_notification(), _UNKNOWN, now=at(5))
        for attempt in (2, 3):
            assert (notification.waiting_for, notification.due_at) == (Wait.TURN, at(5))
            assert not notification.wants_an_answer
            notification = _tried(notification, _UNKNOWN)
            assert notification.attempt == attempt
        assert (notification.waiting_for, notification.due_at) == (Wait.PERSON, at(5, days=1))
        assert notification.wants_an_answer
        given_up = notification.stay_uncertain(channel=EMAIL, now=at(5, days=1), by=WORKER)
        assert given_up.failure is Failure.UNRESOLVED

    def test_counts_the_hand_over_it_is_not_sure_of(self) -> None:
        assert _settled(a_begun_notification(), _UNKNOWN).attempt == 1

    def test_is_not_sent_again_after_its_expiry(self) -> None:
        event = an_event(expires_at=at(4))
        notification = _settled(a_begun_notification(event=event), _UNKNOWN, now=at(5))
        assert (notification.waiting_for, notification.due_at) == (Wait.PERSON, at(5, days=1))

    def test_is_left_to_a_person_if_it_expires_while_it_waits_to_be_sent_again(self) -> None:
        event = an_event(expires_at=at(40))
        doubted = _settled(a_begun_notification(event=event), _UNKNOWN, now=at(5))
        held = doubted.hold(waiting(Wait.RATE, until=at(60)), now=at(5), by=WORKER)
        after = held.stay_uncertain(channel=EMAIL, now=at(60), by=WORKER)
        assert (after.status, after.waiting_for) == (Status.UNCERTAIN, Wait.PERSON)

    def test_is_not_sent_again_when_its_attempts_are_used_up(self) -> None:
        twice = email_channel(retry_policy=RetryPolicy(max_retries=1))
        notification = _settled(a_begun_notification(), _UNKNOWN, channel=twice)
        notification = _tried(notification, _UNKNOWN, channel=twice)
        assert (notification.attempt, notification.waiting_for) == (2, Wait.PERSON)

    def test_counts_resends_across_a_deferral(self) -> None:
        once = email_channel(uncertainty_policy=UncertaintyPolicy(resends=1))
        notification = _settled(a_begun_notification(), _UNKNOWN, channel=once)
        notification = _tried(notification, _DEFERRED, channel=once)
        notification = _tried(notification, _UNKNOWN, channel=once)
        assert notification.waiting_for is Wait.PERSON


class TestAnUncertainSms:
    @staticmethod
    def _story(channel: Channel) -> list[tuple[Wait | None, datetime | None]]:
        """What it waits for and until when, if the provider knows nothing and nobody else does."""
        notification = _settled(a_begun_notification(channel=channel), _UNKNOWN, channel=channel)
        story = []
        while notification.status is Status.UNCERTAIN:
            story.append((notification.waiting_for, notification.due_at))
            assert len(story) < 100, "it never ends"
            if notification.wants_an_answer:
                assert notification.due_at is not None
                notification = notification.stay_uncertain(
                    channel=channel, now=notification.due_at, by=WORKER
                )
            else:
                notification = _tried(notification, _UNKNOWN, channel=channel)
        assert notification.failure is Failure.UNRESOLVED
        return story

    def test_is_asked_for_awaited_and_left_to_a_person(self) -> None:
        assert self._story(SMS) == [
            *[(Wait.ANSWER, at(seconds)) for seconds in (0, 30, 60, 90, 120)],
            (Wait.RECEIPT, at(minutes=17)),
            (Wait.PERSON, at(days=1, minutes=17)),
        ]

    def test_is_asked_for_anew_after_each_resend_where_that_is_set(self) -> None:
        story = self._story(sms_channel(uncertainty_policy=replace(SMS_UNCERTAINTY, resends=2)))
        round_ = [*[Wait.ANSWER] * 5, Wait.RECEIPT]
        expected = [*round_, Wait.TURN, *round_, Wait.TURN, *round_, Wait.PERSON]
        assert [reason for reason, _ in story] == expected
        assert story[-1][1] == at(days=1, minutes=3 * 17)

    @pytest.mark.parametrize("reason", _PACING)
    def test_is_not_asked_for_anew_if_it_expires_before_its_resend(self, reason: Wait) -> None:
        channel = sms_channel(
            uncertainty_policy=UncertaintyPolicy(resends=1, ask_for=timedelta(seconds=30))
        )
        begun = a_begun_notification(channel=channel, event=an_event(expires_at=at(40)))
        doubted = _settled(begun, _UNKNOWN, channel=channel)
        for _ in range(2):
            assert doubted.wants_an_answer
            doubted = doubted.stay_uncertain(channel=channel, now=doubted.due_at or at(), by=WORKER)
        held = doubted.hold(waiting(reason, until=at(60)), now=at(30), by=WORKER)
        assert not held.wants_an_answer
        after = held.stay_uncertain(channel=channel, now=at(60), by=WORKER)
        assert (after.waiting_for, after.due_at) == (Wait.PERSON, at(60, days=1))

    def test_remembers_since_when_it_is_to_be_asked_for(self) -> None:
        begun = a_begun_notification(channel=SMS, now=at(3))
        assert _settled(begun, _UNKNOWN, channel=SMS, now=at(9)).begun_at == at(3)
        assert _rescued(begun, channel=SMS).begun_at == at(3)

    def test_leaves_one_line_however_often_it_is_asked_for(self) -> None:
        first = _settled(a_begun_notification(channel=SMS), _UNKNOWN, channel=SMS)
        again = first.stay_uncertain(channel=SMS, now=at(), by=WORKER)
        assert again.last_move.number == first.last_move.number

    def test_is_sent_once_the_provider_knows_it(self) -> None:
        doubted = _settled(a_begun_notification(channel=SMS), _UNKNOWN, channel=SMS)
        found = doubted.found(Found(provider_id="SM123", reason="queued"), now=at(30), by=WORKER)
        assert (found.status, found.provider_id) == (Status.SENT, "SM123")
        assert found.last_move.words == "queued"
        assert found.due_at is None


class TestALostWorker:
    def test_leaves_it_in_doubt(self) -> None:
        rescued = _rescued(a_begun_notification())
        assert (rescued.status, rescued.rescues, rescued.attempt) == (Status.UNCERTAIN, 1, 1)
        assert rescued.last_move.by == "worker-2"

    def test_makes_it_suspect_the_second_time(self) -> None:
        notification = _rescued(a_begun_notification(channel=_PERSISTENT), channel=_PERSISTENT)
        assert not notification.is_suspect
        notification = _rescued(notification.begin(now=at(60), by=WORKER), channel=_PERSISTENT)
        assert notification.is_suspect

    def test_makes_it_poison_when_two_more_died_while_alone_with_it(self) -> None:
        notification = a_begun_notification(channel=_PERSISTENT)
        for _ in range(3):
            notification = _rescued(notification, channel=_PERSISTENT)
            assert notification.status is Status.UNCERTAIN
            notification = notification.begin(now=at(60), by=WORKER)
        notification = _rescued(notification, channel=_PERSISTENT)
        assert notification.failure is Failure.POISON

    @pytest.mark.parametrize("outcome", [_ACCEPTED, _DEFERRED, _UNKNOWN], ids=_name)
    def test_is_forgotten_once_the_provider_answered(self, outcome: Outcome) -> None:
        notification = a_begun_notification(channel=_PERSISTENT)
        for _ in range(3):
            notification = _rescued(notification, channel=_PERSISTENT).begin(now=at(60), by=WORKER)
        notification = _settled(notification, outcome, channel=_PERSISTENT)
        assert notification.rescues == 0
        assert not notification.is_suspect

    def test_of_an_sms_leaves_it_to_be_asked_for(self) -> None:
        rescued = _rescued(a_begun_notification(channel=SMS), channel=SMS)
        assert (rescued.waiting_for, rescued.due_at) == (Wait.ANSWER, at(60))


class TestAFailedNotification:
    def test_leaves_a_dead_letter_with_everything_it_takes_to_replay_it(self) -> None:
        begun = a_begun_notification(origin=a_position(7))
        letter = _settled(begun, _REJECTED, now=at(3)).dead_letter()
        assert letter == DeadLetter(
            id=DeadLetter.id_of(begun.id, 1),
            reason="rejected",
            error="550 no such user",
            failed_at=at(3),
            position=a_position(7),
            body=begun.event.body,
            notification_id=begun.id,
            event_id="9f0c",
            channel="email",
            generation=1,
            attempts=1,
            message_type="USER_SIGNED_UP",
        )

    def test_says_why_even_if_nobody_said_anything(self) -> None:
        letter = a_failed_notification(failure=Failure.EXPIRED, words="").dead_letter()
        assert letter is not None
        assert letter.error == "expired"

    @pytest.mark.parametrize(
        "status", [status for status in Status if status is not Status.FAILED], ids=str.lower
    )
    def test_is_the_only_one_that_leaves_a_dead_letter(self, status: Status) -> None:
        assert _in_status(status).dead_letter() is None


class TestTheProvidersWords:
    @pytest.mark.parametrize(
        "outcome",
        [
            Accepted(reason=f"250 <{ADA}> ok"),
            Deferred(reason=f"450 <{ADA}> busy"),
            Rejected(reason=f"550 <{ADA.upper()}> unknown, not +15557654321"),
            Unknown(reason=f"lost after DATA for {ADA}"),
            ProviderDown(reason=f"421 too many for {ADA}, not linus@example.com"),
        ],
        ids=_name,
    )
    def test_are_kept_without_personal_data(self, outcome: Outcome) -> None:
        settled = _settled(a_begun_notification(), outcome)
        assert "***" in settled.last_move.words
        for secret in ("ada", "linus", "example.com", "1555"):
            assert secret not in settled.last_move.words.casefold()

    def test_are_masked_in_the_dead_letter_too(self) -> None:
        letter = _settled(a_begun_notification(), Rejected(reason=f"no {ADA}")).dead_letter()
        assert letter is not None
        assert letter.error == "no ***"

    def test_are_masked_in_what_it_found(self) -> None:
        doubted = _settled(a_begun_notification(channel=SMS), _UNKNOWN, channel=SMS)
        finding = Found(provider_id="SM123", reason=f"queued for {GRACE}")
        words = doubted.found(finding, now=at(), by=WORKER).last_move.words
        assert words.startswith("queued for ")
        assert GRACE.lstrip("+") not in words


_Verb = Callable[[Notification], Notification]

_VERBS: dict[str, tuple[_Verb, set[Status]]] = {
    "begin": (
        lambda n: n.begin(now=at(9), by=WORKER),
        {Status.SENDING, Status.SENT, Status.DELIVERED, Status.FAILED},
    ),
    "release": (
        lambda n: n.release(waiting(), now=at(9), by=WORKER),
        set(Status) - {Status.SENDING},
    ),
    "settle as accepted": (
        lambda n: _settled(n, _ACCEPTED),
        {Status.PENDING, Status.RETRYING, Status.SENT, Status.DELIVERED, Status.FAILED},
    ),
    "settle as deferred": (lambda n: _settled(n, _DEFERRED), set(Status) - {Status.SENDING}),
    "settle as rejected": (lambda n: _settled(n, _REJECTED), {Status.DELIVERED, Status.FAILED}),
    "settle as unknown": (lambda n: _settled(n, _UNKNOWN), set(Status) - {Status.SENDING}),
    "settle as provider down": (lambda n: _settled(n, _DOWN), set(Status) - {Status.SENDING}),
    "rescue": (_rescued, set(Status) - {Status.SENDING}),
    "find": (
        lambda n: n.found(Found(provider_id="SM1"), now=at(9), by=WORKER),
        {Status.PENDING, Status.RETRYING, Status.SENT, Status.DELIVERED, Status.FAILED},
    ),
    "fail": (
        lambda n: n.fail(Failure.EXPIRED, now=at(9), by=WORKER),
        {Status.DELIVERED, Status.FAILED},
    ),
}


class TestAnIllegalVerb:
    @pytest.mark.parametrize(
        ("verb", "status"),
        [
            pytest.param(verb, status, id=f"{name} when {status.lower()}")
            for name, (verb, illegal) in _VERBS.items()
            for status in sorted(illegal)
        ],
    )
    def test_is_refused(self, verb: _Verb, status: Status) -> None:
        with pytest.raises(IllegalTransition):
            verb(_in_status(status))

    def test_says_who_was_where_and_wanted_what(self) -> None:
        sent = _in_status(Status.SENT)
        with pytest.raises(IllegalTransition) as refused:
            sent.begin(now=at(9), by=WORKER)
        assert refused.value.notification_id == sent.id
        assert (refused.value.current, refused.value.wanted) == ("SENT", "SENDING")


_CHANNELS = {
    "email": EMAIL,
    "sms": SMS,
    "sms that is sent again": sms_channel(uncertainty_policy=replace(SMS_UNCERTAINTY, resends=2)),
    "email tried once": email_channel(retry_policy=RetryPolicy(max_retries=0)),
    "email tried for ever": _PERSISTENT,
}
_WORST = f"550 {ADA} and {GRACE}"
_outcomes = st.one_of(
    st.just(Accepted(reason=_WORST)),
    st.builds(
        Deferred,
        reason=st.just(_WORST),
        retry_after=st.none() | st.sampled_from([timedelta(), timedelta(hours=1)]),
    ),
    st.just(Rejected(reason=_WORST)),
    st.just(Unknown(reason=_WORST)),
    st.just(ProviderDown(reason=_WORST)),
)


def _may_begin(notification: Notification) -> bool:
    """As a lane does: what waits for somebody's word is not sent."""
    waits = {Status.PENDING, Status.RETRYING, Status.UNCERTAIN}
    return notification.status in waits and not notification.wants_an_answer


class _Life(RuleBasedStateMachine):
    """Everything that can happen to one notification, in any order that a lane allows."""

    @initialize(
        channel=st.sampled_from(sorted(_CHANNELS)),
        lives_for=st.none() | st.sampled_from([3, 100, 90_000]),
        birth=st.sampled_from([a_begun_notification, a_begun_notification, a_held_notification]),
    )
    def be_born(
        self, channel: str, lives_for: int | None, birth: Callable[..., Notification]
    ) -> None:
        self.now = at()
        self.channel = _CHANNELS[channel]
        event = an_event(expires_at=None if lives_for is None else at(lives_for))
        self.life = birth(channel=self.channel, event=event)
        self.hand_overs = self.life.attempt
        self.resends = 0
        self.letters: set[UUID] = set()

    @rule(seconds=st.sampled_from([1, 30, 900, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.life.due_at)
    @rule()
    def its_time_comes(self) -> None:
        assert self.life.due_at is not None
        self.now = max(self.now, self.life.due_at)

    @precondition(lambda self: _may_begin(self.life))
    @rule()
    def begin(self) -> None:
        self.resends += self.life.status is Status.UNCERTAIN
        self.hand_overs += 1
        self._moves_to(self.life.begin(now=self.now, by=WORKER))

    @precondition(lambda self: _may_begin(self.life))
    @rule(reason=st.sampled_from(_PACING), seconds=st.integers(0, 1000))
    def hold(self, reason: Wait, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        self._stays(self.life.hold(waiting(reason, until=until), now=self.now, by=WORKER))

    @precondition(lambda self: self.life.is_in_hand)
    @rule(reason=st.sampled_from(_PACING))
    def release(self, reason: Wait) -> None:
        until = self.now + timedelta(seconds=1)
        after = self.life.release(waiting(reason, until=until), now=self.now, by=WORKER)
        self._went_back(after)

    @precondition(lambda self: self.life.is_in_hand)
    @rule(outcome=_outcomes)
    def settle(self, outcome: Outcome) -> None:
        after = _settled(
            self.life,
            outcome,
            channel=self.channel,
            now=self.now,
            wake_at=self.now + timedelta(seconds=30),
        )
        if isinstance(outcome, ProviderDown):
            self._went_back(after)
        else:
            self._moves_to(after)

    @precondition(lambda self: self.life.is_in_hand)
    @rule()
    def rescue(self) -> None:
        self._moves_to(self.life.rescue(channel=self.channel, now=self.now, by=WORKER))

    @precondition(lambda self: self.life.status is Status.UNCERTAIN)
    @rule()
    def stay_uncertain(self) -> None:
        after = self.life.stay_uncertain(channel=self.channel, now=self.now, by=WORKER)
        if after.status is Status.FAILED:
            self._moves_to(after)
        else:
            self._stays(after)

    @precondition(lambda self: self.life.status is Status.UNCERTAIN)
    @rule()
    def find(self) -> None:
        finding = Found(provider_id="SM1", reason=_WORST)
        self._moves_to(self.life.found(finding, now=self.now, by=WORKER))

    @rule(verdict=st.sampled_from(ReceiptVerdict), attempt=st.integers(0, 5))
    def receive(self, verdict: ReceiptVerdict, attempt: int) -> None:
        receipt = a_receipt(verdict, of=self.life, attempt=attempt, words=_WORST)
        if (after := self.life.receive(receipt, now=self.now, by=WORKER)) is not None:
            self._moves_to(after)

    @precondition(lambda self: Status.FAILED in TRANSITIONS[self.life.status])
    @rule(failure=st.sampled_from(Failure))
    def fail(self, failure: Failure) -> None:
        self._moves_to(self.life.fail(failure, now=self.now, by=WORKER))

    @precondition(lambda self: not _may_begin(self.life) and not self.life.wants_an_answer)
    @rule()
    def cannot_begin(self) -> None:
        with pytest.raises(IllegalTransition):
            self.life.begin(now=self.now, by=WORKER)

    @precondition(lambda self: not self.life.is_in_hand)
    @rule()
    def cannot_be_released(self) -> None:
        with pytest.raises(IllegalTransition):
            self.life.release(waiting(), now=self.now, by=WORKER)

    @invariant()
    def no_more_attempts_than_are_allowed(self) -> None:
        assert self.life.attempt == self.hand_overs
        assert self.life.attempt <= self.channel.retry_policy.allowed_attempts

    @invariant()
    def no_more_resends_than_are_allowed(self) -> None:
        assert self.life.resends == self.resends
        assert self.life.resends <= self.channel.uncertainty_policy.resends

    @invariant()
    def what_waits_says_why_and_until_when(self) -> None:
        must_wait = not self.life.status.is_final and not self.life.is_in_hand
        assert (self.life.due_at is not None) is must_wait
        assert (self.life.waiting_for is not None) is must_wait

    @invariant()
    def nothing_is_held_past_its_expiry_but_what_may_have_arrived(self) -> None:
        expires_at = self.life.event.expires_at
        if expires_at and self.life.due_at and self.life.status is not Status.UNCERTAIN:
            assert self.life.due_at <= expires_at

    @invariant()
    def what_failed_has_its_reason_and_one_dead_letter(self) -> None:
        letter = self.life.dead_letter()
        has_failed = self.life.status is Status.FAILED
        assert (self.life.failure is not None) is has_failed
        assert (letter is not None) is has_failed
        if letter is not None:
            self.letters.add(letter.id)
            assert self.letters == {DeadLetter.id_of(self.life.id, 1)}
            assert letter.attempts == self.hand_overs

    @invariant()
    def no_personal_data_is_in_the_trail(self) -> None:
        assert ADA not in self.life.last_move.words
        assert GRACE not in self.life.last_move.words

    @invariant()
    def who_it_is_never_changes(self) -> None:
        assert self.life.id == notification_id(self.life.event.id, self.channel.name)
        assert (self.life.generation, self.life.accepted_at) == (1, at())

    def _moves_to(self, after: Notification) -> None:
        assert after.status in TRANSITIONS[self.life.status]
        assert after.since == self.now
        self._adds_a_line(after)

    def _went_back(self, after: Notification) -> None:
        before = self.life.last_move.came_from or Status.PENDING
        assert after.status is before
        self.hand_overs -= 1
        self.resends -= before is Status.UNCERTAIN
        self._moves_to(after)

    def _stays(self, after: Notification) -> None:
        assert after.status is self.life.status
        assert after.since == self.life.since
        if after.waiting_for is self.life.waiting_for:
            assert replace(after.last_move, due_at=self.life.due_at) == self.life.last_move
            self.life = after
        else:
            self._adds_a_line(after)

    def _adds_a_line(self, after: Notification) -> None:
        move = after.last_move
        assert move.number == self.life.last_move.number + 1
        assert move.came_from is self.life.status
        assert (move.at, move.by) == (self.now, WORKER)
        self.life = after


class TestAnyLife:
    def test_keeps_to_the_table_and_to_every_rule(self) -> None:
        run_state_machine_as_test(
            _Life, settings=settings(max_examples=120, stateful_step_count=30, deadline=None)
        )
