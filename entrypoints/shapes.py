"""What shape has what a machine is told?

Every field is always there; what there is not is null. Instants are ISO 8601, UTC, with a Z.
`docs/json.md` is written from here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from domain.audit import Action
from domain.dead_letter import Settled
from domain.failure import Failure
from domain.status import Status, Wait


class Shape(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Closed: what is not named here is not there."""


def means(words: str) -> Meta:
    return Meta(description=words)


Instant = Annotated[datetime, Meta(tz=True)]
#: U+0000 cannot be stored.
Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
#: Words that somebody is told later.
Why = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*[^\x00-\x20][^\x00]*$")]


class Position(Shape, frozen=True, kw_only=True):
    """Where in the stream something lay."""

    topic: Annotated[str, means("the topic's name")]
    partition: Annotated[int, means("the partition's number")]
    offset: Annotated[int, means("its place in the partition")]


class Notification(Shape, frozen=True, kw_only=True):
    """One event for one channel, as it stands."""

    id: Annotated[UUID, means("a function of the event's id and the channel")]
    event_id: Annotated[str, means("as its producer gave it")]
    message_type: Annotated[str, means("as its producer gave it; empty for a plain message")]
    channel: Annotated[str, means("email or sms")]
    recipient: Annotated[
        str, means("the address or number, masked unless it was to be revealed; or: forgotten")
    ]
    status: Annotated[Status, means("where it is in its life")]
    is_final: Annotated[bool, means("nothing more happens by itself")]
    generation: Annotated[int, means("its lives: 1, and 1 more for each replay")]
    attempt: Annotated[int, means("hand-overs begun in this generation")]
    occurred_at: Annotated[Instant, means("when the event occurred, as its producer said")]
    accepted_at: Annotated[Instant, means("when it was accepted")]
    since: Annotated[Instant, means("when it came into its status")]
    due_at: Annotated[Instant | None, means("when it is taken up again, if it waits")]
    waiting_for: Annotated[Wait | None, means("what it waits for")]
    expires_at: Annotated[Instant | None, means("after this it is not told any more")]
    failure: Annotated[Failure | None, means("why it failed, if it has")]
    words: Annotated[str, means("the provider's or a person's last words, masked; may be empty")]
    provider_id: Annotated[str | None, means("what the provider calls it")]
    origin: Annotated[Position, means("where its event was read")]


class Move(Shape, frozen=True, kw_only=True):
    """One line of the audit trail."""

    number: Annotated[int, means("counted from 1 in the life of the notification")]
    at: Annotated[Instant, means("when it moved")]
    by: Annotated[str, means("the worker or the person who moved it")]
    came_from: Annotated[Status | None, means("the status before; null when it was accepted")]
    status: Annotated[Status, means("the status after")]
    generation: Annotated[int, means("in which of its lives")]
    attempt: Annotated[int, means("hand-overs begun so far in that generation")]
    due_at: Annotated[Instant | None, means("when it is to be taken up again")]
    waiting_for: Annotated[Wait | None, means("what it waits for from now on")]
    failure: Annotated[Failure | None, means("why it failed, if this is where it did")]
    words: Annotated[str, means("the provider's or the person's words, masked; may be empty")]
    rule: Annotated[str, means("the rule that decided; may be empty")]


class Sighting(Shape, frozen=True, kw_only=True):
    """The event came again under the same id."""

    kind: Annotated[
        Literal["duplicate", "conflict"],
        means("duplicate: the same content; conflict: other content, not told"),
    ]
    seen_at: Annotated[Instant, means("when it was read")]
    position: Annotated[Position, means("where it lay")]


class Settlement(Shape, frozen=True, kw_only=True):
    """What somebody decided about a dead letter."""

    how: Annotated[Settled, means("what was done")]
    at: Annotated[Instant, means("when it was decided")]
    by: Annotated[str, means("who decided")]
    why: Annotated[str, means("the reason that was given")]


class DeadLetter(Shape, frozen=True, kw_only=True):
    """What could not be read or served, kept until somebody decides."""

    id: Annotated[UUID, means("what `tidings dlq` calls it")]
    reason: Annotated[str, means("why its notification failed, or `unreadable`")]
    error: Annotated[str, means("what was wrong, in words")]
    failed_at: Annotated[Instant, means("when it failed, or was found unreadable")]
    position: Annotated[Position, means("where its event lay")]
    notification_id: Annotated[UUID | None, means("null for a record that nobody could read")]
    event_id: Annotated[str | None, means("null for a record that nobody could read")]
    channel: Annotated[str | None, means("null for a record that nobody could read")]
    generation: Annotated[int | None, means("null for a record that nobody could read")]
    message_type: Annotated[
        str | None,
        means("null for a record that nobody could read; empty for a plain message"),
    ]
    attempts: Annotated[int, means("hand-overs begun before it failed")]
    settlement: Annotated[Settlement | None, means("null while it is open")]


class Body(Shape, frozen=True, kw_only=True):
    """Bytes as they were published."""

    encoding: Annotated[
        Literal["utf-8", "base64"], means("utf-8: the text itself; base64: the bytes are no UTF-8")
    ]
    content: Annotated[
        str, means("the text, or the bytes in base64; empty for a record of no bytes")
    ]


class DeadLetterInFull(DeadLetter, frozen=True, kw_only=True):
    """A dead letter with what was published, addresses and all."""

    body: Annotated[Body, means("the event, or the record's bytes as they lay")]


class Pause(Shape, frozen=True, kw_only=True):
    """A lane that somebody has paused: nothing is handed over on its channel."""

    channel: Annotated[str, means("email or sms")]
    paused_at: Annotated[Instant, means("since when")]
    paused_by: Annotated[str, means("by whom")]
    why: Annotated[str, means("the reason that was given, addresses masked")]


class Chapter(Shape, frozen=True, kw_only=True):
    """The story of one notification."""

    notification: Annotated[Notification, means("as it stands")]
    trail: Annotated[list[Move], means("every move, in order")]
    sightings: Annotated[list[Sighting], means("every time that its event came again")]
    dead_letters: Annotated[list[DeadLetter], means("one for each generation that failed")]


class Story(Shape, frozen=True, kw_only=True):
    """What happened to an event: a chapter for each channel."""

    event_id: Annotated[str, means("as its producer gave it")]
    message_type: Annotated[str, means("as its producer gave it; empty for a plain message")]
    occurred_at: Annotated[Instant, means("when it occurred, as its producer said")]
    chapters: Annotated[list[Chapter], means("by channel")]
    paused: Annotated[list[Pause], means("of their lanes, those that are paused now")]


class Notifications(Shape, frozen=True, kw_only=True):
    """Notifications, newest accepted first."""

    items: Annotated[list[Notification], means("the notifications")]
    unreadable: Annotated[
        list[DeadLetter],
        means(
            "the latest records that nobody could read; only on the first page, and only with no "
            "filter or with `--status FAILED`; empty otherwise"
        ),
    ]
    next: Annotated[UUID | None, means("what `--after` takes to go on; null at the end")]
    paused: Annotated[list[Pause], means("the lanes that are paused now")]


class DeadLetters(Shape, frozen=True, kw_only=True):
    """Dead letters, newest first."""

    items: Annotated[list[DeadLetter], means("the dead letters")]
    by_reason: Annotated[dict[str, int], means("how many there are in all, for each reason")]
    next: Annotated[UUID | None, means("what `--after` takes to go on; null at the end")]


class AuditEntry(Shape, frozen=True, kw_only=True):
    """Something that somebody looked at, or did."""

    at: Annotated[Instant, means("when")]
    by: Annotated[str, means("who")]
    action: Annotated[Action, means("what was done")]
    about: Annotated[str, means("to what: an event, a key, a channel, or how many of something")]
    words: Annotated[str, means("the reason that was given, masked; may be empty")]


class AuditLog(Shape, frozen=True, kw_only=True):
    """Who looked, and who acted, beside the moves of notifications."""

    items: Annotated[list[AuditEntry], means("newest first")]
