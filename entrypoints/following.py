"""What happened, line by line, and what happens next?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.ports.clock import Clock
from application.ports.notification_history import Chapter, NotificationHistory
from domain.dead_letter import DeadLetter
from domain.move import Move
from domain.notification import Notification
from domain.repeat import Sighting

_LOOK_EVERY = timedelta(seconds=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the story of one notification."""

    at: datetime
    notification: Notification
    what: Move | Sighting | DeadLetter

    @property
    def key(self) -> object:
        """Equal for the same line, whenever it is read."""
        match self.what:
            case Move(number=number):
                return self.notification.id, number
            case Sighting(kind=kind, position=position):
                return self.notification.id, kind, position
            case DeadLetter(id=id_):
                return id_


def happenings(chapter: Chapter) -> Sequence[Happening]:
    """The trail with everything else that happened between, in the order of time."""
    whats: list[tuple[datetime, Move | Sighting | DeadLetter]] = [
        *((move.at, move) for move in chapter.trail),
        *((sighting.seen_at, sighting) for sighting in chapter.sightings),
        *((letter.failed_at, letter) for letter in chapter.dead_letters),
    ]
    return [
        Happening(at=at, notification=chapter.notification, what=what)
        for at, what in sorted(whats, key=lambda each: each[0])
    ]


async def chapters_meant(history: NotificationHistory, id_: str) -> Sequence[Chapter]:
    """Of the event with this id; else of the one notification with it."""
    if chapters := await history.story(id_):
        return chapters
    try:
        notification_id = UUID(id_)
    except ValueError:
        return []
    found = await history.find([notification_id])
    if not found:
        return []
    story = await history.story(found[notification_id].event.id)
    return [chapter for chapter in story if chapter.notification.id == notification_id]


async def follow(
    history: NotificationHistory, clock: Clock, id_: str
) -> AsyncIterator[tuple[Sequence[Chapter], Sequence[Happening]]]:
    """How it stands and what is new in it, at each look; ends when all of it is final."""
    told: set[object] = set()
    while True:
        chapters = await chapters_meant(history, id_)
        every = sorted(
            (each for chapter in chapters for each in happenings(chapter)),
            key=lambda each: each.at,
        )
        yield chapters, [each for each in every if each.key not in told]
        if _is_over(chapters, id_):
            return
        told.update(each.key for each in every)
        await clock.sleep(_LOOK_EVERY)


def _is_over(chapters: Sequence[Chapter], id_: str) -> bool:
    """One channel may have ended before the other has read the event."""
    if not chapters or not all(each.notification.status.is_final for each in chapters):
        return False
    event = chapters[0].notification.event
    return event.id != id_ or len(chapters) >= len(event.addresses)
