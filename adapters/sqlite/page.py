"""Which rows does a query name, and by which index are they found?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from adapters.sqlite.rows import SELECT_OUTLINE, to_microseconds
from application.ports.notification_history import Query
from domain.notification import notification_id
from domain.status import Status

#: As the partial index has it, word for word: else SQLite would not use it.
STANDING = "status NOT IN ('SENDING', 'SENT')"
#: Every block of the recipients' index: at a million rows, 123 looks and a millisecond.
IN_ANY_BLOCK = """n >> 13 IN (
    WITH RECURSIVE blocks (number) AS (
        SELECT max(n) >> 13 FROM notifications
        UNION ALL SELECT number - 1 FROM blocks WHERE number > 0
    ) SELECT number FROM blocks)"""
WAITING = f"status IN ('PENDING', 'RETRYING', 'UNCERTAIN') AND {STANDING}"
_BEHIND = "(accepted_at, n) < (SELECT accepted_at, n FROM notifications WHERE id = ?)"
_NEWEST_FIRST = "ORDER BY accepted_at DESC, n DESC"


def page(
    query: Query, *, channels: Sequence[str], limit: int, after: UUID | None
) -> tuple[str, list[object]]:
    """The statement and its values. Only rows of the page itself are read whole."""
    ids = _ids(query, channels)
    conditions = {
        "recipient_key = ?": query.recipient_key,
        "status = ?": query.status,
        "waiting_for = ?": query.waiting_for,
        "channel = ?": query.channel,
        "message_type = ?": query.message_type,
        "accepted_at >= ?": query.accepted_from and to_microseconds(query.accepted_from),
        "accepted_at < ?": query.accepted_before and to_microseconds(query.accepted_before),
        _BEHIND: after and after.bytes,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    index, implied = _way(query, ids)
    where = " AND ".join([implied, *given])
    numbers = f"""SELECT n FROM notifications INDEXED BY {index}
        WHERE {where} {_NEWEST_FIRST} LIMIT ?"""
    return f"{SELECT_OUTLINE} AND n IN ({numbers}) {_NEWEST_FIRST}", [
        *(ids or []),
        *given.values(),
        limit,
    ]


def ids_of(event_id: str, channels: Sequence[str]) -> list[bytes]:
    """Of all the notifications that the event can have."""
    return [notification_id(event_id, channel).bytes for channel in channels]


def _ids(query: Query, channels: Sequence[str]) -> list[bytes] | None:
    """None: whatever its id."""
    if query.event_id is None:
        return None if query.ids is None else [id_.bytes for id_ in query.ids]
    of_event = ids_of(query.event_id, channels)
    return [id_ for id_ in of_event if query.ids is None or UUID(bytes=id_) in query.ids]


def _way(query: Query, ids: Sequence[bytes] | None) -> tuple[str, str]:
    """The index that leads past the fewest rows, and what it knows of every row that it holds.

    Chosen here, as SQLite cannot know how rare a value is.
    """
    if ids is not None:
        return "sqlite_autoindex_notifications_1", f"id IN ({', '.join('?' * len(ids))})"
    if query.recipient_key is not None:
        return "notifications_by_recipient", IN_ANY_BLOCK
    if query.waiting_for is not None:
        return "notifications_standing", WAITING
    match query.status:
        case None | Status.SENT:
            return "notifications_by_time", "true"
        case Status.SENDING:
            return "notifications_in_hand", "lease IS NOT NULL"
        case _:
            return "notifications_standing", STANDING
