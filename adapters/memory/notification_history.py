"""What happened, as the process remembers it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.memory.database import Database
from application.ports.notification_history import Chapter, NotificationHistory, Query, Tally
from domain.notification import Notification


class MemoryNotificationHistory(NotificationHistory):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def story(self, event_id: str) -> Sequence[Chapter]:
        self._database.reach()
        return [
            Chapter(
                notification=notification,
                trail=list(self._database.trails[notification.id].values()),
                sightings=[
                    sighting
                    for sighting in self._database.sightings.values()
                    if sighting.notification_id == notification.id
                ],
                dead_letters=[
                    dead_letter
                    for dead_letter in self._database.dead_letters.values()
                    if dead_letter.notification_id == notification.id
                ],
            )
            for notification in sorted(
                self._database.notifications.values(), key=lambda each: each.channel
            )
            if notification.event.id == event_id
        ]

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        self._database.reach()
        known = self._database.notifications
        return {id_: known[id_] for id_ in ids if id_ in known}

    async def latest(self, query: Query, *, limit: int) -> Sequence[Notification]:
        self._database.reach()
        newest_first = reversed(self._database.notifications.values())
        return [each for each in newest_first if _matches(each, query)][:limit]

    async def tally(self) -> Mapping[Tally, int]:
        self._database.reach()
        return Counter(
            Tally(channel=n.channel, status=n.status, waiting_for=n.waiting_for)
            for n in self._database.notifications.values()
        )


def _matches(notification: Notification, query: Query) -> bool:
    return (
        query.status in (None, notification.status)
        and query.channel in (None, notification.channel)
        and query.recipient_key in (None, notification.recipient.key)
        and query.message_type in (None, notification.event.message_type)
    )
