"""What shape has a machine's answer about something that was done, or could not be?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from application.health import State
from domain.api_key import Scope
from domain.status import Status, Wait
from entrypoints.shapes import (
    AuditLog,
    DeadLetter,
    DeadLetterInFull,
    DeadLetters,
    Instant,
    Move,
    Notification,
    Notifications,
    Pause,
    Shape,
    Sighting,
    Story,
    means,
)


class Published(Shape, frozen=True, kw_only=True):
    """One event lies in the stream."""

    event_id: Annotated[str, means("what `tidings show` takes")]


class UnreadableLine(Shape, frozen=True, kw_only=True):
    """A line that no event can be read from."""

    line: Annotated[int, means("its number, from 1")]
    field: Annotated[str, means("where it is wrong")]
    problem: Annotated[str, means("what is wrong there")]


class PublishedFile(Shape, frozen=True, kw_only=True):
    """Events lie in the stream."""

    published: Annotated[int, means("how many")]
    left_out: Annotated[int, means("lines that were not published, as nobody could read them")]
    unreadable: Annotated[list[UnreadableLine], means("lines that nobody could read")]


class Replay(Shape, frozen=True, kw_only=True):
    """What became of dead letters, or what would have: how many of each."""

    is_done: Annotated[bool, means("false: it was only looked at, for want of --yes")]
    by: Annotated[str, means("who decided; empty only if nobody was named and it is not done")]
    why: Annotated[str, means("the reason that was given; empty only if it is not done")]
    replayed: Annotated[int, means("due again")]
    expired: Annotated[int, means("left, as their time has passed; see --ignore-expiry")]
    unreadable: Annotated[int, means("left, as nobody can read them still")]
    invalid: Annotated[int, means("left, as their address is none still")]
    forgotten: Annotated[int, means("left, as their recipient is forgotten")]
    moved_on: Annotated[int, means("had another life, or another end, already")]
    refused: Annotated[int, means("left, as the store cannot write them")]


class Discard(Shape, frozen=True, kw_only=True):
    """What became of dead letters, or what would have."""

    is_done: Annotated[bool, means("false: it was only looked at, for want of --yes")]
    by: Annotated[str, means("who decided; empty only if nobody was named and it is not done")]
    why: Annotated[str, means("the reason that was given; empty only if it is not done")]
    discarded: Annotated[int, means("how many are settled for good")]


class Lane(Shape, frozen=True, kw_only=True):
    """How one channel stands."""

    channel: Annotated[str, means("email or sms")]
    pause: Annotated[Pause | None, means("null: it goes on")]
    waiting: Annotated[int, means("notifications that are not final")]
    circuit: Annotated[
        Literal["closed", "open"] | None,
        means("of who answers; null: its lane works elsewhere, and each worker has its own"),
    ]


class LaneStates(Shape, frozen=True, kw_only=True):
    """How the lanes stand."""

    lanes: Annotated[list[Lane], means("one for each channel")]


class Switched(Shape, frozen=True, kw_only=True):
    """A lane is paused, or goes on."""

    channel: Annotated[str, means("email or sms")]
    is_paused: Annotated[bool, means("whether it is from now on")]
    has_changed: Annotated[bool, means("false: it was so before; a first pause stands")]


class Elsewhere(Shape, frozen=True, kw_only=True):
    """A place that Tidings does not erase from."""

    topic: Annotated[str, means("its name in Kafka")]
    retention_seconds: Annotated[
        int | None,
        means("how long it keeps a record at least; null: for ever, or Kafka did not say"),
    ]


class Forgotten(Shape, frozen=True, kw_only=True):
    """What was erased of a person, or would be."""

    is_done: Annotated[bool, means("false: it was only looked at, for want of --yes")]
    act: Annotated[UUID | None, means("as the audit log calls it; null: nothing was erased")]
    by: Annotated[str, means("who decided; empty only if nobody was named and it is not done")]
    why: Annotated[str, means("the reason that was given; empty only if it is not done")]
    notifications: Annotated[int, means("to an address that was named")]
    siblings: Annotated[int, means("of the same events, to another address")]
    loose: Annotated[int, means("records that nobody could read or that were never told")]
    copies: Annotated[int, means("files of the outbox; known only once it is done")]
    waiting: Annotated[int, means("still to be told, and left as they are; see --cancel-waiting")]
    being_told: Annotated[int, means("in a worker's hand, and left as they are")]
    unread: Annotated[
        int | None,
        means("events in the stream that nobody has looked into yet; null: it cannot be asked"),
    ]
    elsewhere: Annotated[list[Elsewhere], means("what keeps its own copy until that ends")]


class MadeTopic(Shape, frozen=True, kw_only=True):
    """A topic that is there now."""

    name: Annotated[str, means("its name in Kafka")]
    partitions: Annotated[int, means("how many it has")]
    is_new: Annotated[bool, means("false: it was there before, and stays as it is")]


class Topics(Shape, frozen=True, kw_only=True):
    """The topics that production needs."""

    topics: Annotated[list[MadeTopic], means("that of events, and that of dead letters")]


class Pending(Shape, frozen=True, kw_only=True):
    """What the system before had still to send."""

    event_id: Annotated[str, means("its event")]
    channel: Annotated[str, means("email or sms")]


class TakenOver(Shape, frozen=True, kw_only=True):
    """What the table of the system before held."""

    sent: Annotated[int, means("how many it had sent")]
    failed: Annotated[int, means("how many had failed")]
    resumed: Annotated[int, means("pending ones that are sent now")]
    unreadable: Annotated[int, means("of which only the keys are kept")]
    pending: Annotated[list[Pending], means("what is sent only with --resume-pending")]


class Migrated(Shape, frozen=True, kw_only=True):
    """The tables are up to date."""

    version_before: Annotated[str | None, means("the schema's, before; null: there was none")]
    version: Annotated[str | None, means("the schema's, now")]
    taken_over: Annotated[TakenOver | None, means("null: there was no such table, or long ago")]


class Pruned(Shape, frozen=True, kw_only=True):
    """What was settled long ago is forgotten; its keys are kept."""

    forgotten: Annotated[int, means("how many notifications")]


class Key(Shape, frozen=True, kw_only=True):
    """A key for the HTTP API, without its secret."""

    id: Annotated[str, means("what `tidings keys revoke` takes")]
    name: Annotated[str, means("whose it is")]
    scopes: Annotated[list[Scope], means("what it may")]
    made_at: Annotated[Instant, means("when it was made")]
    made_by: Annotated[str, means("who made it")]
    used_at: Annotated[Instant | None, means("when it was last used, to the minute")]
    revoked_at: Annotated[Instant | None, means("when it was revoked")]


class CreatedKey(Shape, frozen=True, kw_only=True):
    """A new key, this once with its secret."""

    key: Annotated[str, means("what its owner gives as `Authorization: Bearer ...`")]
    of: Annotated[Key, means("what is kept of it")]


class Keys(Shape, frozen=True, kw_only=True):
    """The keys that there are."""

    items: Annotated[list[Key], means("oldest first")]


class Count(Shape, frozen=True, kw_only=True):
    """How many notifications are in the same place."""

    channel: Annotated[str, means("email or sms")]
    status: Annotated[Status, means("where they are in their life")]
    waiting_for: Annotated[Wait | None, means("what they wait for")]
    count: Annotated[int, means("how many")]


class Summary(Shape, frozen=True, kw_only=True):
    """How everything stands."""

    notifications: Annotated[list[Count], means("every place that holds any")]
    unreadable: Annotated[int, means("records that nobody could read, and nobody has settled")]
    unread: Annotated[int, means("events in the stream that are still to be read")]
    paused: Annotated[list[Pause], means("the lanes that are paused: what waits there stays")]


class Flow(Shape, frozen=True, kw_only=True):
    """What became of those that one channel accepted in that time."""

    accepted: Annotated[int, means("how many")]
    retried: Annotated[int, means("of them: had more than one attempt")]
    settled: Annotated[int, means("of them: SENT, DELIVERED or FAILED")]
    failed: Annotated[int, means("of them: FAILED")]
    retry_rate: Annotated[float | None, means("retried of accepted, 0 to 1")]
    error_rate: Annotated[float | None, means("failed of settled, 0 to 1")]
    seconds_to_sent: Annotated[
        dict[str, float],
        means("from event to sent: `p50`, `p95`, `p99`; empty: none was sent"),
    ]


class Statistics(Shape, frozen=True, kw_only=True):
    """How it goes, all in all."""

    notifications: Annotated[list[Count], means("every place that holds any")]
    oldest: Annotated[
        dict[str, Instant], means("for each wait, when the oldest that waits was accepted")
    ]
    dead_letters: Annotated[dict[str, int], means("those that nobody has settled, by reason")]
    accepted_from: Annotated[Instant | None, means("where the time of `flows` begins; null: ever")]
    flows: Annotated[dict[str, Flow], means("by channel; only those that accepted something")]
    paused: Annotated[list[Pause], means("the lanes that are paused now")]


class Setting(Shape, frozen=True, kw_only=True):
    """One setting in force."""

    name: Annotated[str, means("as it is written in the environment")]
    value: Annotated[str, means("in force; may be empty")]
    source: Annotated[str, means("option, environment, .env or default")]


class StraySetting(Shape, frozen=True, kw_only=True):
    """A name that changes nothing."""

    name: Annotated[str, means("as it is written there")]
    source: Annotated[str, means("environment or .env")]
    words: Annotated[str, means("why, and what may be meant")]


class Check(Shape, frozen=True, kw_only=True):
    """One thing that was looked at."""

    subject: Annotated[str, means("what was looked at")]
    is_well: Annotated[bool, means("false: something is to be mended")]
    words: Annotated[str, means("what was found")]
    fix: Annotated[str | None, means("what to do, or what is worth doing; null: nothing")]


class Checkup(Shape, frozen=True, kw_only=True):
    """What is set, and whether everything is right."""

    is_well: Annotated[bool, means("every check is")]
    settings: Annotated[list[Setting], means("every setting")]
    strays: Annotated[list[StraySetting], means("names that may have been meant as settings")]
    checks: Annotated[list[Check], means("everything that was looked at")]


class HealthCheck(Shape, frozen=True, kw_only=True):
    """One thing that is looked at again and again."""

    name: Annotated[str, means("what is looked at")]
    state: Annotated[State, means("degraded: the work goes on, only worse; failing: it stands")]
    words: Annotated[str, means("what was found, or what went wrong")]
    fix: Annotated[str | None, means("what to do, or what is worth doing; null: nothing")]
    age_seconds: Annotated[float | None, means("how long ago that was seen; null: never")]
    timeout_seconds: Annotated[float, means("what takes longer has failed")]
    last_error: Annotated[str | None, means("what went wrong last, even if it is well now")]
    last_error_at: Annotated[Instant | None, means("when that was")]


class Health(Shape, frozen=True, kw_only=True):
    """Whether a process lives, or is ready: the state is that of its worst check."""

    state: Annotated[State, means("failing: with the status 503")]
    checks: Annotated[list[HealthCheck], means("everything that is looked at")]


class Happening(Shape, frozen=True, kw_only=True, tag_field="type"):
    """Something in the story of one notification."""

    at: Annotated[Instant, means("when it happened")]
    notification: Annotated[Notification, means("as it stands now")]


class Moved(Happening, frozen=True, kw_only=True, tag="move"):
    """A line of `show --follow`: it moved."""

    move: Annotated[Move, means("the new line of its trail")]


class Sighted(Happening, frozen=True, kw_only=True, tag="sighting"):
    """A line of `show --follow`: its event came again."""

    sighting: Annotated[Sighting, means("what came")]


class Kept(Happening, frozen=True, kw_only=True, tag="deadLetter"):
    """A line of `show --follow`: it failed, and its dead letter is kept."""

    dead_letter: Annotated[DeadLetter, means("what is kept")]


class NotAccepted(Shape, frozen=True, kw_only=True, tag_field="type", tag="notAccepted"):
    """A line of `show --follow`: nothing of it has been accepted yet; it is waited for."""

    id: Annotated[str, means("what was asked for")]
    unread: Annotated[int, means("events in the stream that are still to be read")]


class BadSetting(Shape, frozen=True, kw_only=True):
    """A setting that cannot be."""

    name: Annotated[str, means("as it is written in the environment")]
    problem: Annotated[str, means("what is wrong, and what to do")]


Kind = Literal["notDone", "usage", "settings", "unavailable", "output", "bug"]


class Problem(Shape, frozen=True, kw_only=True):
    """Why it was not done."""

    kind: Annotated[Kind, means("what sort of thing went wrong")]
    message: Annotated[str, means("in a sentence")]
    fix: Annotated[str | None, means("what to do about it; null where that is not known")]
    settings: Annotated[list[BadSetting], means("every setting that is wrong; empty otherwise")]
    exit_code: Annotated[int, means("what the command ends with")]


class Refusal(Shape, frozen=True, kw_only=True):
    """What standard error holds, on its last line, if it was not done."""

    error: Annotated[Problem, means("why")]


#: What each command tells with `--json`; with `--follow`, one of these a line.
ANSWERS: Mapping[str, tuple[type[Shape], ...]] = {
    "publish signup": (Published,),
    "publish payment": (Published,),
    "publish alert": (Published,),
    "publish": (PublishedFile,),
    "up": (Summary,),
    "show": (Story,),
    "show --follow": (Moved, Sighted, Kept, NotAccepted),
    "list": (Notifications,),
    "stats": (Statistics,),
    "check": (Checkup,),
    "audit": (AuditLog,),
    "dlq list": (DeadLetters,),
    "dlq show": (DeadLetterInFull,),
    "dlq replay": (Replay,),
    "dlq discard": (Discard,),
    "resolve": (Story,),
    "keys create": (CreatedKey,),
    "keys list": (Keys,),
    "keys revoke": (Key,),
    "lanes list": (LaneStates,),
    "lanes pause": (Switched,),
    "lanes resume": (Switched,),
    "forget": (Forgotten,),
    "topics": (Topics,),
    "migrate": (Migrated,),
    "prune": (Pruned,),
}
