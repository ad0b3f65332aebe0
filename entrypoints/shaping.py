"""How does what the domain knows become what a machine is told?"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from application.forget_person import Trace, Traces
from application.list_lanes import LaneState
from application.ports.notification_history import Chapter
from application.replay_dead_letters import Prospect
from application.statistics import Statistics, Tally
from domain.api_key import ApiKey
from domain.audit import AuditEntry
from domain.circuit import Circuit
from domain.dead_letter import DeadLetter, DeadLetterOutline, Settlement
from domain.move import Move
from domain.outline import Outline
from domain.pause import Pause
from domain.record import Position
from domain.repeat import Repeat, Sighting
from entrypoints import answers, shapes
from entrypoints.following import Happening
from entrypoints.masking import shown_address


def position(position: Position) -> shapes.Position:
    return shapes.Position(
        topic=position.topic, partition=position.partition, offset=position.offset
    )


def notification(outline: Outline, *, reveal: bool) -> shapes.Notification:
    address, last = outline.recipient.address, outline.last_move
    return shapes.Notification(
        id=outline.id,
        event_id=outline.event_id,
        message_type=outline.message_type,
        channel=outline.channel,
        recipient=shown_address(address, reveal=reveal),
        status=last.status,
        is_final=last.status.is_final,
        generation=last.generation,
        attempt=last.attempt,
        occurred_at=outline.occurred_at,
        accepted_at=outline.accepted_at,
        since=outline.since,
        due_at=last.due_at,
        waiting_for=last.waiting_for,
        expires_at=outline.expires_at,
        failure=last.failure,
        words=last.words,
        provider_id=outline.provider_id,
        origin=position(outline.origin),
    )


def move(move: Move) -> shapes.Move:
    return shapes.Move(
        number=move.number,
        at=move.at,
        by=move.by,
        came_from=move.came_from,
        status=move.status,
        generation=move.generation,
        attempt=move.attempt,
        due_at=move.due_at,
        waiting_for=move.waiting_for,
        failure=move.failure,
        words=move.words,
        rule=move.rule,
    )


def sighting(sighting: Sighting) -> shapes.Sighting:
    return shapes.Sighting(
        kind="conflict" if sighting.kind is Repeat.CONFLICT else "duplicate",
        seen_at=sighting.seen_at,
        position=position(sighting.position),
    )


def dead_letter(letter: DeadLetterOutline) -> shapes.DeadLetter:
    return shapes.DeadLetter(**_fields(letter))


def dead_letter_in_full(letter: DeadLetter) -> shapes.DeadLetterInFull:
    return shapes.DeadLetterInFull(**_fields(letter), body=body(letter.body))


def _fields(letter: DeadLetterOutline) -> dict[str, Any]:
    return {
        "id": letter.id,
        "reason": letter.reason,
        "error": letter.error,
        "failed_at": letter.failed_at,
        "position": position(letter.position),
        "notification_id": letter.notification_id,
        "event_id": letter.event_id,
        "channel": letter.channel,
        "generation": letter.generation,
        "message_type": letter.message_type,
        "attempts": letter.attempts,
        "settlement": letter.settlement and settlement(letter.settlement),
    }


def settlement(settlement: Settlement) -> shapes.Settlement:
    return shapes.Settlement(
        how=settlement.how, at=settlement.at, by=settlement.by, why=settlement.why
    )


def body(content: bytes) -> shapes.Body:
    try:
        return shapes.Body(encoding="utf-8", content=content.decode())
    except UnicodeDecodeError:
        return shapes.Body(encoding="base64", content=b64encode(content).decode())


def pauses(pauses: Iterable[Pause]) -> list[shapes.Pause]:
    return [
        shapes.Pause(
            channel=each.channel,
            paused_at=each.paused_at,
            paused_by=each.paused_by,
            why=each.why,
        )
        for each in pauses
    ]


def lanes(states: Iterable[LaneState]) -> answers.LaneStates:
    return answers.LaneStates(
        lanes=[
            answers.Lane(
                channel=each.channel,
                pause=pauses([each.pause])[0] if each.pause else None,
                waiting=each.waiting,
                circuit=None if each.circuit is None else _circuit(each.circuit),
            )
            for each in states
        ]
    )


def _circuit(circuit: Circuit) -> Literal["closed", "open"]:
    return "open" if circuit.is_open else "closed"


def story(
    chapters: Sequence[Chapter], *, reveal: bool, paused: Mapping[str, Pause]
) -> shapes.Story:
    event = chapters[0].notification.event
    return shapes.Story(
        event_id=event.id,
        message_type=event.message_type,
        occurred_at=event.occurred_at,
        chapters=[chapter(each, reveal=reveal) for each in chapters],
        paused=pauses(
            paused[each.notification.channel]
            for each in chapters
            if each.notification.channel in paused
        ),
    )


def chapter(chapter: Chapter, *, reveal: bool) -> shapes.Chapter:
    return shapes.Chapter(
        notification=notification(Outline.of(chapter.notification), reveal=reveal),
        trail=[move(each) for each in chapter.trail],
        sightings=[sighting(each) for each in chapter.sightings],
        dead_letters=[dead_letter(each) for each in chapter.dead_letters],
    )


def notifications(
    found: Sequence[Outline],
    unreadable: Sequence[DeadLetterOutline],
    *,
    next_: UUID | None,
    reveal: bool,
    paused: Iterable[Pause],
) -> shapes.Notifications:
    return shapes.Notifications(
        items=[notification(each, reveal=reveal) for each in found],
        unreadable=[dead_letter(each) for each in unreadable],
        next=next_,
        paused=pauses(paused),
    )


def dead_letters(
    letters: Sequence[DeadLetterOutline], tally: Mapping[str, int], *, next_: UUID | None
) -> shapes.DeadLetters:
    return shapes.DeadLetters(
        items=[dead_letter(each) for each in letters],
        by_reason=dict(tally),
        next=next_,
    )


def audit_log(entries: Sequence[AuditEntry]) -> shapes.AuditLog:
    return shapes.AuditLog(
        items=[
            shapes.AuditEntry(
                at=each.at, by=each.by, action=each.action, about=each.about, words=each.words
            )
            for each in entries
        ]
    )


def happening(
    happening: Happening, *, reveal: bool
) -> answers.Moved | answers.Sighted | answers.Kept:
    at, whose = happening.at, notification(Outline.of(happening.notification), reveal=reveal)
    match happening.what:
        case Move() as moved:
            return answers.Moved(at=at, notification=whose, move=move(moved))
        case Sighting() as seen:
            return answers.Sighted(at=at, notification=whose, sighting=sighting(seen))
        case DeadLetter() as kept:
            return answers.Kept(at=at, notification=whose, dead_letter=dead_letter(kept))


def _counts(tally: Mapping[Tally, int]) -> list[answers.Count]:
    return [
        answers.Count(
            channel=each.channel, status=each.status, waiting_for=each.waiting_for, count=count
        )
        for each, count in tally.items()
    ]


def summary(
    tally: Mapping[Tally, int], *, unreadable: int, unread: int, paused: Iterable[Pause]
) -> answers.Summary:
    return answers.Summary(
        notifications=_counts(tally),
        unreadable=unreadable,
        unread=unread,
        paused=pauses(paused),
    )


def replay(prospects: Counter[Prospect], *, is_done: bool, by: str, why: str) -> answers.Replay:
    return answers.Replay(
        is_done=is_done,
        by=by,
        why=why,
        replayed=prospects[Prospect.REPLAYED],
        expired=prospects[Prospect.EXPIRED],
        unreadable=prospects[Prospect.UNREADABLE],
        invalid=prospects[Prospect.INVALID],
        forgotten=prospects[Prospect.FORGOTTEN],
        moved_on=prospects[Prospect.MOVED_ON],
        refused=prospects[Prospect.REFUSED],
    )


def forgotten(
    traces: Traces,
    left: Traces,
    *,
    act: UUID | None,
    is_done: bool,
    by: str,
    why: str,
    unread: int | None,
    elsewhere: Sequence[tuple[str, timedelta | None]],
) -> answers.Forgotten:
    whole = traces + left
    return answers.Forgotten(
        is_done=is_done,
        act=act,
        by=by,
        why=why,
        notifications=traces[Trace.NOTIFICATION],
        siblings=traces[Trace.SIBLING],
        loose=traces[Trace.LOOSE],
        copies=traces[Trace.COPY],
        waiting=whole[Trace.WAITING],
        being_told=whole[Trace.BEING_TOLD],
        unread=unread,
        elsewhere=[
            answers.Elsewhere(
                topic=topic, retention_seconds=None if span is None else int(span.total_seconds())
            )
            for topic, span in elsewhere
        ],
    )


def statistics(
    statistics: Statistics,
    dead_letters: Mapping[str, int],
    *,
    accepted_from: datetime | None,
    paused: Iterable[Pause],
) -> answers.Statistics:
    return answers.Statistics(
        notifications=_counts(statistics.tally),
        oldest={str(wait): at for wait, at in statistics.oldest.items()},
        dead_letters=dict(dead_letters),
        accepted_from=accepted_from,
        flows={
            channel: answers.Flow(
                accepted=flow.accepted,
                retried=flow.retried,
                settled=flow.settled,
                failed=flow.failed,
                retry_rate=flow.retry_rate,
                error_rate=flow.error_rate,
                seconds_to_sent={
                    f"p{percentile}": length.total_seconds()
                    for percentile, length in flow.time_to_sent.items()
                },
            )
            for channel, flow in statistics.flows.items()
        },
        paused=pauses(paused),
    )


def key(key: ApiKey) -> answers.Key:
    return answers.Key(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        made_at=key.made_at,
        made_by=key.made_by,
        used_at=key.used_at,
        revoked_at=key.revoked_at,
    )
