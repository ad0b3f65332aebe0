"""What happened, as the process remembers it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from adapters.memory.database import Database
from application.ports.notification_history import Chapter, NotificationHistory, Query
from application.statistics import PERCENTILES, Backlog, Flow, Statistics, Stretch, Tally, place_of
from domain.notification import Notification
from domain.outline import Outline
from domain.status import Status, Wait


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

    async def latest(
        self, query: Query, *, limit: int, after: UUID | None = None
    ) -> Sequence[Outline]:
        self._database.reach()
        notifications = list(self._database.notifications.values())
        newest_first = sorted(notifications, key=lambda each: each.accepted_at)[::-1]
        if after is not None:
            ids = [each.id for each in newest_first]
            behind = ids.index(after) + 1 if after in ids else len(ids)
            newest_first = newest_first[behind:]
        return [Outline.of(each) for each in newest_first if _matches(each, query)][:limit]

    async def tally(self) -> Mapping[Tally, int]:
        self._database.reach()
        return Counter(
            Tally(channel=n.channel, status=n.status, waiting_for=n.waiting_for)
            for n in self._database.notifications.values()
        )

    async def statistics(self, *, accepted_from: datetime | None) -> Statistics:
        tally = await self.tally()
        oldest: dict[Wait, datetime] = {}
        flowing: dict[str, list[Notification]] = {}
        for each in self._database.notifications.values():
            if (wait := each.waiting_for) is not None:
                oldest[wait] = min(each.accepted_at, oldest.get(wait, each.accepted_at))
            if accepted_from is None or each.accepted_at >= accepted_from:
                flowing.setdefault(each.channel, []).append(each)
        flows = {channel: self._flow(those) for channel, those in flowing.items()}
        return Statistics(tally=tally, oldest=oldest, flows=flows)

    async def backlog(self, *, now: datetime) -> Mapping[str, Backlog]:
        self._database.reach()
        unfinished: dict[str, list[Notification]] = {}
        for each in self._database.notifications.values():
            if not each.status.is_final:
                unfinished.setdefault(each.channel, []).append(each)
        return {channel: self._backlog(those, now) for channel, those in unfinished.items()}

    def _backlog(self, unfinished: Sequence[Notification], now: datetime) -> Backlog:
        due = [
            each.due_at
            for each in unfinished
            if each.due_at and each.due_at <= now and each.id not in self._database.hands
        ]
        return Backlog(
            waiting=Counter(each.waiting_for for each in unfinished if each.waiting_for),
            sending=sum(each.status is Status.SENDING for each in unfinished),
            due=len(due),
            due_since=min(due, default=None),
        )

    async def pace(
        self, *, begin_at: datetime, end_at: datetime, each: timedelta
    ) -> Sequence[Stretch]:
        self._database.reach()
        found: dict[tuple[str, int], list[Notification]] = {}
        for one in self._database.notifications.values():
            if begin_at <= one.accepted_at < end_at:
                place = (one.accepted_at - begin_at) // each
                found.setdefault((one.channel, place), []).append(one)
        flows = [(*key, self._flow(those)) for key, those in sorted(found.items())]
        return [
            Stretch(
                channel=channel,
                begun_at=begin_at + place * each,
                accepted=flow.accepted,
                failed=flow.failed,
                time_to_sent=flow.time_to_sent,
            )
            for channel, place, flow in flows
        ]

    def _flow(self, notifications: Sequence[Notification]) -> Flow:
        statuses = Counter(each.status for each in notifications)
        measured = map(self._time_to_sent, notifications)
        times = sorted(time for time in measured if time is not None)
        return Flow(
            accepted=len(notifications),
            retried=sum(
                any(move.attempt > 1 for move in self._database.trails[each.id].values())
                for each in notifications
            ),
            settled=sum(count for status, count in statuses.items() if status.is_final),
            failed=statuses[Status.FAILED],
            time_to_sent={
                percentile: times[place_of(percentile, len(times)) - 1]
                for percentile in PERCENTILES
                if times
            },
        )

    def _time_to_sent(self, notification: Notification) -> timedelta | None:
        if notification.status not in (Status.SENT, Status.DELIVERED):
            return None
        trail = self._database.trails[notification.id].values()
        sent_at = [
            move.at
            for move in trail
            if move.status is Status.SENT and move.came_from is not Status.SENT
        ]
        return sent_at[-1] - notification.event.occurred_at if sent_at else None


def _matches(notification: Notification, query: Query) -> bool:
    accepted_at = notification.accepted_at
    return (
        query.status in (None, notification.status)
        and query.channel in (None, notification.channel)
        and query.recipient_key in (None, notification.recipient.key)
        and query.message_type in (None, notification.event.message_type)
        and query.event_id in (None, notification.event.id)
        and (query.ids is None or notification.id in query.ids)
        and query.waiting_for in (None, notification.waiting_for)
        and (query.accepted_from is None or query.accepted_from <= accepted_at)
        and (query.accepted_before is None or accepted_at < query.accepted_before)
    )
