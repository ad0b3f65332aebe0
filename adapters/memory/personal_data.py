"""What is kept of a person, as the process remembers it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.memory.database import Database
from application.ports.personal_data import Kept, PersonalData
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.event import FORGOTTEN_BODY
from domain.notification import Notification
from domain.person import Person
from domain.record import Position


class MemoryPersonalData(PersonalData):
    """The stream lies elsewhere, as it does in production."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, person: Person) -> Kept:
        self._database.reach()
        theirs = {
            each.event.id: None
            for each in self._database.notifications.values()
            if each.recipient.key in person.keys
        }
        letters, sightings = self._loose(person, but=theirs)
        return Kept(event_ids=list(theirs), loose=len(letters) + len(sightings))

    async def erase(self, forgotten: Sequence[Notification]) -> Sequence[Notification]:
        self._database.check(list(forgotten))
        written = [each for each in forgotten if self._still_stands(each)]
        for notification in written:
            self._database.write(notification, None)
            move = notification.last_move
            settlement = Settlement(how=Settled.FORGOTTEN, at=move.at, by=move.by, why="forgotten")
            for letter in list(self._database.dead_letters.values()):
                if letter.notification_id == notification.id:
                    self._erase_letter(letter.id, settlement)
            for key, sighting in list(self._database.sightings.items()):
                if sighting.notification_id == notification.id and sighting.body is not None:
                    self._database.sightings[key] = replace(sighting, body=FORGOTTEN_BODY)
        return written

    async def erase_loose(self, person: Person, settlement: Settlement) -> int:
        self._database.reach()
        letters, sightings = self._loose(person)
        for letter in letters:
            self._erase_letter(letter.id, settlement)
        for key in sightings:
            sighting = self._database.sightings[key]
            self._database.sightings[key] = replace(sighting, body=FORGOTTEN_BODY)
        return len(letters) + len(sightings)

    async def purge(self) -> None:
        self._database.reach()

    def _erase_letter(self, id_: UUID, settlement: Settlement) -> None:
        letter = self._database.dead_letters[id_]
        self._database.dead_letters[id_] = replace(
            letter, body=FORGOTTEN_BODY, settlement=letter.settlement or settlement
        )

    def _still_stands(self, notification: Notification) -> bool:
        standing = self._database.notifications.get(notification.id)
        return (
            standing is not None
            and notification.id not in self._database.hands
            and standing.last_move.number == notification.last_move.number - 1
        )

    def _loose(
        self, person: Person, *, but: Collection[str] = ()
    ) -> tuple[list[DeadLetter], list[tuple[UUID, Position]]]:
        mentions = re.compile(person.pattern)
        letters = [
            letter
            for letter in self._database.dead_letters.values()
            if letter.notification_id is None
            and mentions.search(letter.body.decode(errors="replace"))
        ]
        sightings = [
            key
            for key, sighting in self._database.sightings.items()
            if sighting.body is not None
            and sighting.event_id not in but
            and mentions.search(sighting.body.decode(errors="replace"))
        ]
        return letters, sightings
