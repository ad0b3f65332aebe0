"""What has become of one event for one channel, and what may become of it next?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from typing import assert_never
from uuid import UUID

from domain.channel import Channel
from domain.dead_letter import DeadLetter
from domain.errors import AlreadyExpired, IllegalTransition, NoAttemptLeft
from domain.event import Event
from domain.failure import Failure
from domain.masking import masked
from domain.move import Move
from domain.outcome import Accepted, Deferred, Found, Outcome, ProviderDown, Rejected, Unknown
from domain.receipt import RECEIPT_WAYS, TOO_EARLY, Receipt, ReceiptVerdict
from domain.recipient import FORGOTTEN, Recipient
from domain.record import Position
from domain.status import TRANSITIONS, Status, Wait, Waiting

_NAMESPACE = UUID("1b4bd2a6-1d59-5b7e-8f57-6a8a5e6c0b52")

_VERSION_5 = 0x5 << 76 | 0x8 << 60  # and the variant
_BUT_VERSION = ~(0xF << 76 | 0xC << 60)

#: A notification whose workers died this often is claimed alone ...
RESCUES_BEFORE_ALONE = 2
#: ... and this often, that it is given up.
RESCUES_BEFORE_POISON = 4


#: Held on its way to being sent: whatever else was to happen first has happened.
_PACED = frozenset({Wait.TURN, Wait.RATE, Wait.CIRCUIT, Wait.PAUSE})


@lru_cache(maxsize=4096)
def notification_id(event_id: str, channel: str) -> UUID:
    """The UUIDv5 (RFC 9562 5.5) of the key."""
    return _uuid5(f"{channel}:{event_id}")


def _uuid5(name: str) -> UUID:
    """By hand, as the library's costs twice as much."""
    digest = sha1(_NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()
    return UUID(int=int.from_bytes(digest[:16]) & _BUT_VERSION | _VERSION_5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Where it is in its life stands in `last_move`, the latest line of its audit trail."""

    id: UUID
    event: Event
    channel: str
    recipient: Recipient
    origin: Position
    accepted_at: datetime
    last_move: Move
    since: datetime  #: when it came into its status
    expires_at: datetime | None = None  #: the event's, unless an operator set it aside
    begun_at: datetime | None = None  #: when the latest hand-over was begun
    resends: int = 0  #: hand-overs begun out of UNCERTAIN in this generation
    rescues: int = 0  #: workers that died with it in hand, since the last outcome
    provider_id: str | None = None

    @classmethod
    def born(
        cls,
        *,
        event: Event,
        channel: str,
        recipient: Recipient,
        origin: Position,
        now: datetime,
        by: str,
        waiting: Waiting | None = None,
        failure: Failure | None = None,
        words: str = "",
    ) -> Notification:
        """Held if it must wait, FAILED if it cannot be served, else SENDING at once."""
        if failure is not None:
            status, waiting = Status.FAILED, None
        else:
            status = Status.PENDING if waiting is not None else Status.SENDING
        is_begun = status is Status.SENDING
        move = Move(
            number=1,
            at=now,
            by=by,
            came_from=None,
            status=status,
            generation=1,
            attempt=1 if is_begun else 0,
            due_at=None if waiting is None else _due_at(waiting, status, event.expires_at),
            waiting_for=None if waiting is None else waiting.reason,
            failure=failure,
            words=masked(words, recipient=recipient.address) if words else "",
        )
        return cls(
            id=notification_id(event.id, channel),
            event=event,
            channel=channel,
            recipient=recipient,
            origin=origin,
            accepted_at=now,
            last_move=move,
            since=now,
            expires_at=event.expires_at,
            begun_at=now if is_begun else None,
        )

    @property
    def status(self) -> Status:
        return self.last_move.status

    @property
    def generation(self) -> int:
        return self.last_move.generation

    @property
    def attempt(self) -> int:
        """Hand-overs begun in this generation."""
        return self.last_move.attempt

    @property
    def due_at(self) -> datetime | None:
        return self.last_move.due_at

    @property
    def waiting_for(self) -> Wait | None:
        return self.last_move.waiting_for

    @property
    def failure(self) -> Failure | None:
        return self.last_move.failure

    @property
    def is_in_hand(self) -> bool:
        return self.status is Status.SENDING

    @property
    def is_suspect(self) -> bool:
        return self.rescues >= RESCUES_BEFORE_ALONE

    @property
    def wants_an_answer(self) -> bool:
        """Uncertain, and due for something else than being sent again."""
        return self.status is Status.UNCERTAIN and self.waiting_for not in _PACED

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def expires_first(self, move: Move) -> bool:
        """In that line of its trail it is held until it expires: what it waits for is later."""
        return move.expires_first(self.event.expires_at)

    def begin(self, *, now: datetime, by: str) -> Notification:
        """A worker is about to hand it over; durable before it does."""
        if self.wants_an_answer:
            raise IllegalTransition(self.id, self.status, Status.SENDING)
        return self._move_to(
            Status.SENDING,
            now=now,
            by=by,
            attempt=self.attempt + 1,
            begun_at=now,
            resends=self.resends + (self.status is Status.UNCERTAIN),
        )

    def hold(self, waiting: Waiting, *, now: datetime, by: str) -> Notification:
        """Wait without spending an attempt.

        Attempts are for the provider's refusals. If our own pacing used them up, a busy
        hour would fail notifications that no provider ever saw. Waiting longer for the
        same thing leaves no line in the audit trail.
        """
        if self.due_at is None:
            raise IllegalTransition(self.id, self.status, f"waiting for {waiting.reason}")
        if self.waiting_for is waiting.reason:
            later = replace(self.last_move, due_at=_due_at(waiting, self.status, self.expires_at))
            return replace(self, last_move=later)
        return self._held(waiting, now=now, by=by)

    def release(
        self,
        waiting: Waiting,
        *,
        now: datetime,
        by: str,
        words: str = "",
        rule: str = "",
        rescues: int | None = None,
    ) -> Notification:
        """Go back to where it was before SENDING: the hand-over did not take place."""
        came_from = self.last_move.came_from or Status.PENDING
        self._only_from(Status.SENDING)
        return self._move_to(
            came_from,
            now=now,
            by=by,
            words=words,
            rule=rule,
            waiting=waiting,
            attempt=self.attempt - 1,
            rescues=rescues,
            resends=self.resends - (came_from is Status.UNCERTAIN),
        )

    def settle(
        self, outcome: Outcome, *, channel: Channel, now: datetime, by: str, wake_at: datetime
    ) -> Notification:
        """Take the outcome of the attempt. `wake_at`: when to come back if the provider is down."""
        self._only_from(Status.SENDING)
        words, rule = outcome.reason, outcome.rule
        match outcome:
            case Accepted(provider_id=provider_id):
                return self._move_to(
                    Status.SENT,
                    now=now,
                    by=by,
                    rescues=0,
                    provider_id=provider_id,
                    words=words,
                    rule=rule,
                )
            case Deferred(retry_after=retry_after):
                due_at = channel.retry_policy.next_try(
                    self.attempt, now=now, retry_after=retry_after
                )
                if due_at is None:
                    return self.fail(Failure.EXHAUSTED, now=now, by=by, words=words, rule=rule)
                if self.has_expired(due_at):
                    return self.fail(Failure.EXPIRED, now=now, by=by, words=words, rule=rule)
                return self._move_to(
                    Status.RETRYING,
                    now=now,
                    by=by,
                    rescues=0,
                    waiting=Waiting(reason=Wait.BACKOFF, until=due_at),
                    words=words,
                    rule=rule,
                )
            case Rejected():
                return self.fail(Failure.REJECTED, now=now, by=by, words=words, rule=rule)
            case Unknown():
                return self._doubt(
                    channel=channel, now=now, by=by, rescues=0, words=words, rule=rule
                )
            case ProviderDown():
                return self.release(
                    Waiting(reason=Wait.CIRCUIT, until=wake_at),
                    now=now,
                    by=by,
                    words=words,
                    rule=rule,
                    rescues=0,
                )
            case _:
                assert_never(outcome)

    def rescue(self, *, channel: Channel, now: datetime, by: str) -> Notification:
        """The worker that had it in hand is gone; the provider may have it."""
        self._only_from(Status.SENDING)
        words = "the worker that had it in hand was lost"
        rescues = self.rescues + 1
        if rescues >= RESCUES_BEFORE_POISON:
            return self.fail(Failure.POISON, now=now, by=by, words=words)
        return self._doubt(channel=channel, now=now, by=by, rescues=rescues, words=words)

    def stay_uncertain(
        self, *, channel: Channel, now: datetime, by: str, words: str = ""
    ) -> Notification:
        """What it waited for has ended in nothing: wait for the next thing, or give up."""
        self._only_from(Status.UNCERTAIN)
        phase = Wait.TURN if self.waiting_for in _PACED else self.waiting_for
        waiting = self._next_wait(channel, after=phase, since=self.since, now=now)
        if waiting is None:
            return self.fail(Failure.UNRESOLVED, now=now, by=by, words=words)
        if waiting.reason is self.waiting_for:
            return self.hold(waiting, now=now, by=by)
        return self._held(waiting, now=now, by=by, words=words)

    def found(self, finding: Found, *, now: datetime, by: str) -> Notification:
        """Asked, the provider said that it has it."""
        self._only_from(Status.UNCERTAIN)
        return self._move_to(
            Status.SENT,
            now=now,
            by=by,
            provider_id=finding.provider_id,
            words=finding.reason,
        )

    def is_too_early_for(self, receipt: Receipt) -> bool:
        """It may mean something once the hand-over in hand, or the next one, has its outcome."""
        return receipt.generation == self.generation and self.status in TOO_EARLY

    def receive(self, receipt: Receipt, *, now: datetime, by: str) -> Notification | None:
        """It after the next move that the provider's later word leads to; None, if to nothing.

        Only this generation's receipts count: of another life the recipient was told another
        time. That it arrived, any hand-over of it may say: a copy is there, whichever it was.
        That it was taken or did not arrive, only the latest may: an earlier one says nothing
        about the copy that is still under way.
        """
        status = RECEIPT_WAYS[self.status][receipt.verdict]
        arrived = receipt.verdict is ReceiptVerdict.DELIVERED
        may_speak = arrived or receipt.attempt == self.attempt
        if status is None or receipt.generation != self.generation or not may_speak:
            return None
        return self._move_to(
            status,
            now=now,
            by=by,
            words=receipt.words,
            rule=receipt.rule,
            failure=Failure.UNDELIVERED if status is Status.FAILED else None,
            provider_id=receipt.provider_id,
        )

    def fail(
        self, failure: Failure, *, now: datetime, by: str, words: str = "", rule: str = ""
    ) -> Notification:
        return self._move_to(Status.FAILED, now=now, by=by, words=words, rule=rule, failure=failure)

    def replay(
        self,
        *,
        recipient: Recipient,
        due_at: datetime,
        now: datetime,
        by: str,
        why: str,
        ignore_expiry: bool = False,
    ) -> Notification:
        """An operator gives it another life: a new generation, its attempts counted anew.

        `recipient` is the event's, read once more. Raises AlreadyExpired, unless its expiry
        is to be ignored from now on.
        """
        if self.has_expired(due_at) and not ignore_expiry:
            raise AlreadyExpired(self.id)
        moved = self._move_to(
            Status.PENDING,
            now=now,
            by=by,
            words=why,
            attempt=0,
            resends=0,
            rescues=0,
            generation=self.generation + 1,
            waiting=Waiting(reason=Wait.TURN, until=due_at),
        )
        return replace(
            moved,
            recipient=recipient,
            expires_at=None if ignore_expiry else self.expires_at,
            last_move=replace(moved.last_move, due_at=due_at),
        )

    def send_again(self, *, channel: Channel, now: datetime, by: str, why: str) -> Notification:
        """A person decides that what is uncertain goes out once more, as it is."""
        self._only_from(Status.UNCERTAIN)
        if self.attempt >= channel.retry_policy.allowed_attempts:
            raise NoAttemptLeft(self.id, self.attempt)
        turn = Waiting(reason=Wait.TURN, until=now)
        return self._held(turn, now=now, by=by, words=why)

    def confirm_sent(self, *, now: datetime, by: str, why: str) -> Notification:
        """A person knows that the provider has it."""
        self._only_from(Status.UNCERTAIN)
        return self._move_to(Status.SENT, now=now, by=by, words=why)

    def give_up(self, *, now: datetime, by: str, why: str) -> Notification:
        """A person knows, or decides, that it did not arrive."""
        self._only_from(Status.UNCERTAIN)
        return self.fail(Failure.UNRESOLVED, now=now, by=by, words=why)

    def forget(self, *, now: datetime, by: str) -> Notification:
        """Erase for whom it was and what it said; that it happened stays.

        It stays where it is in its life. The line in its trail tells whoever read it before
        that it has changed.
        """
        if not self.status.is_final:
            raise IllegalTransition(self.id, self.status, "forgotten")
        move = replace(
            self.last_move,
            number=self.last_move.number + 1,
            at=now,
            by=by,
            came_from=self.status,
            words="forgotten",
            rule="",
        )
        return replace(self, event=self.event.forgotten(), recipient=FORGOTTEN, last_move=move)

    def dead_letter(self) -> DeadLetter | None:
        """What a FAILED notification leaves behind, once in each generation."""
        if self.failure is None:
            return None
        return DeadLetter(
            id=DeadLetter.id_of(self.id, self.generation),
            reason=self.failure,
            error=self.last_move.words or self.failure,
            failed_at=self.since,
            position=self.origin,
            body=self.event.body,
            notification_id=self.id,
            event_id=self.event.id,
            channel=self.channel,
            generation=self.generation,
            attempts=self.attempt,
            message_type=self.event.message_type,
        )

    def _held(self, waiting: Waiting, *, now: datetime, by: str, words: str = "") -> Notification:
        move = replace(
            self.last_move,
            number=self.last_move.number + 1,
            at=now,
            by=by,
            came_from=self.status,
            due_at=_due_at(waiting, self.status, self.expires_at),
            waiting_for=waiting.reason,
            words=masked(words, recipient=self.recipient.address),
            rule="",
        )
        return replace(self, last_move=move)

    def _only_from(self, status: Status) -> None:
        if self.status is not status:
            raise IllegalTransition(self.id, self.status, f"what only {status} leads to")

    def _doubt(
        self,
        *,
        channel: Channel,
        now: datetime,
        by: str,
        rescues: int,
        words: str,
        rule: str = "",
    ) -> Notification:
        waiting = self._next_wait(channel, after=None, since=now, now=now)
        assert waiting is not None  # a person can always be asked
        return self._move_to(
            Status.UNCERTAIN,
            now=now,
            by=by,
            words=words,
            rule=rule,
            rescues=rescues,
            waiting=waiting,
        )

    def _next_wait(
        self, channel: Channel, *, after: Wait | None, since: datetime, now: datetime
    ) -> Waiting | None:
        policy = channel.uncertainty_policy
        return policy.next_wait(
            after=after,
            since=since,
            now=now,
            may_resend=self.resends < policy.resends
            and self.attempt < channel.retry_policy.allowed_attempts
            and not self.has_expired(now),
        )

    def _move_to(
        self,
        status: Status,
        *,
        now: datetime,
        by: str,
        words: str = "",
        rule: str = "",
        waiting: Waiting | None = None,
        failure: Failure | None = None,
        attempt: int | None = None,
        begun_at: datetime | None = None,
        resends: int | None = None,
        rescues: int | None = None,
        provider_id: str | None = None,
        generation: int | None = None,
    ) -> Notification:
        """The one place that moves."""
        last = self.last_move
        if status not in TRANSITIONS[last.status]:
            raise IllegalTransition(self.id, last.status, status)
        return Notification(
            id=self.id,
            event=self.event,
            channel=self.channel,
            recipient=self.recipient,
            origin=self.origin,
            accepted_at=self.accepted_at,
            since=now,
            expires_at=self.expires_at,
            last_move=Move(
                number=last.number + 1,
                at=now,
                by=by,
                came_from=last.status,
                status=status,
                generation=last.generation if generation is None else generation,
                attempt=last.attempt if attempt is None else attempt,
                due_at=None if waiting is None else _due_at(waiting, status, self.expires_at),
                waiting_for=None if waiting is None else waiting.reason,
                failure=failure,
                words=masked(words, recipient=self.recipient.address) if words else "",
                rule=rule,
            ),
            begun_at=begun_at or self.begun_at,
            resends=self.resends if resends is None else resends,
            rescues=self.rescues if rescues is None else rescues,
            provider_id=provider_id or self.provider_id,
        )


def _due_at(waiting: Waiting, status: Status, expires_at: datetime | None) -> datetime:
    """Nothing is held past its expiry, when it fails; what is uncertain may have arrived."""
    if expires_at is None or status is Status.UNCERTAIN:
        return waiting.until
    return min(waiting.until, expires_at)
