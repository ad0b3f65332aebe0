"""Which rows does a query name, and by which index are they found?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.rows import OUTLINE_COLUMNS, WHOLE_NOTIFICATIONS
from application.ports.notification_history import Query
from domain.notification import notification_id
from domain.status import Status

#: What the index `states_standing` holds: everything but what is handed over and taken.
STANDING = "states.status NOT IN ('SENDING', 'SENT')"
_NOTHING = "true"


def page(
    query: Query, *, channels: Sequence[str], limit: int, after: UUID | None
) -> tuple[str, dict[str, Any]]:
    """The statement and its values."""
    implied = _implied(query)
    table = "notifications" if implied == _NOTHING else "states"
    behind = f"""({table}.accepted_at, {table}.n) < (
        SELECT last.accepted_at, last.n FROM states AS last WHERE last.id = :after)"""
    conditions = {
        "notifications.id = ANY(:of_event)": query.event_id and ids_of(query.event_id, channels),
        "notifications.id = ANY(:ids)": None if query.ids is None else list(query.ids),
        "recipient_key = :recipient_key": query.recipient_key,
        "states.status = :status": query.status,
        "states.waiting_for = :waiting_for": query.waiting_for,
        "states.channel = :channel": query.channel,
        "message_type = :message_type": query.message_type,
        f"{table}.accepted_at >= :accepted_from": query.accepted_from,
        f"{table}.accepted_at < :accepted_before": query.accepted_before,
        behind: after,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    values = {condition.rpartition(":")[2].rstrip(")"): value for condition, value in given.items()}
    where = " AND ".join([implied, *given])
    statement = f"""
        SELECT {OUTLINE_COLUMNS} FROM {WHOLE_NOTIFICATIONS}
        WHERE {where}
        ORDER BY {table}.accepted_at DESC, {table}.n DESC LIMIT :limit"""
    return statement, values | {"limit": limit}


def ids_of(event_id: str, channels: Sequence[str]) -> list[UUID]:
    """Of all the notifications that the event can have."""
    return [notification_id(event_id, channel) for channel in channels]


def _implied(query: Query) -> str:
    """What shows the planner that an index serves, though it sees no value."""
    if query.status is Status.SENDING:
        return "states.lease IS NOT NULL"
    if query.waiting_for is not None or query.status not in (None, Status.SENT):
        return STANDING
    return _NOTHING
