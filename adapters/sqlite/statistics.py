"""What do the rows look like together?

Counts come from indexes alone: grouping all rows would sort them first.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime, timedelta

import msgspec

from adapters.sqlite.page import STANDING, WAITING
from adapters.sqlite.rows import to_instant, to_microseconds
from application.statistics import PERCENTILES, Backlog, Flow, Statistics, Stretch, Tally, place_of
from domain.status import Status, Wait

_CHANNELS = "SELECT DISTINCT channel FROM notifications INDEXED BY notifications_by_time"
_ALL = "SELECT count(*) FROM notifications INDEXED BY notifications_by_time WHERE channel = ?"
_IN_HAND = """
    SELECT channel, count(*) FROM notifications INDEXED BY notifications_in_hand
    WHERE lease IS NOT NULL AND status = 'SENDING' GROUP BY channel"""
_STANDING = f"""
    SELECT status, channel, waiting_for, count(*), min(accepted_at)
    FROM notifications INDEXED BY notifications_standing
    WHERE {STANDING} GROUP BY status, channel, waiting_for"""
_BACKLOG = f"""
    SELECT channel, waiting_for, count(*) FROM notifications INDEXED BY notifications_standing
    WHERE {WAITING} AND waiting_for IS NOT NULL GROUP BY status, channel, waiting_for"""
_DUE = """
    SELECT count(*), min(due_at) FROM notifications INDEXED BY notifications_due
    WHERE channel = ? AND due_at <= ? AND due_at IS NOT NULL AND lease IS NULL"""

#: A second attempt is at least the third move: begun, deferred, begun again.
_IS_RETRIED = """
    moves > 2 AND EXISTS (SELECT 1 FROM trail WHERE trail.n = notifications.n AND attempt > 1)"""
_TIME_TO_SENT = """
    CASE status
        WHEN 'SENT' THEN since
        WHEN 'DELIVERED' THEN (
            SELECT max(at) FROM trail WHERE trail.n = notifications.n AND status = 'SENT'
            AND came_from IS NOT 'SENT')
    END - occurred_at"""
#: The times come as one value, see Bulk; sorted here, as SQLite takes three times as long.
_FLOW = f"""
    SELECT count(*),
        count(*) FILTER (WHERE {_IS_RETRIED}),
        count(*) FILTER (WHERE status IN ('SENT', 'DELIVERED', 'FAILED')),
        count(*) FILTER (WHERE status = 'FAILED'),
        json_group_array({_TIME_TO_SENT}) FILTER (WHERE status IN ('SENT', 'DELIVERED'))
    FROM notifications WHERE channel = ?"""
_PACE = f"""
    SELECT (accepted_at - :begin_at) / :each AS place,
        count(*),
        count(*) FILTER (WHERE status = 'FAILED'),
        json_group_array({_TIME_TO_SENT}) FILTER (WHERE status IN ('SENT', 'DELIVERED'))
    FROM notifications INDEXED BY notifications_by_time
    WHERE channel = :channel AND accepted_at >= :begin_at AND accepted_at < :end_at
    GROUP BY place ORDER BY place"""

_decode_times = msgspec.json.Decoder(list[int | None]).decode


def tally(connection: sqlite3.Connection) -> dict[Tally, int]:
    """What neither stands nor is in hand has been taken: a rule of the table says so."""
    counts = {
        Tally(
            channel=channel,
            status=Status(status),
            waiting_for=Wait(waiting_for) if waiting_for else None,
        ): count
        for status, channel, waiting_for, count, _ in connection.execute(_STANDING)
    }
    in_hand = dict(connection.execute(_IN_HAND).fetchall())
    for channel in _channels(connection):
        [everything] = connection.execute(_ALL, (channel,)).fetchone()
        begun = in_hand.get(channel, 0)
        standing = sum(count for each, count in counts.items() if each.channel == channel)
        for status, count in (
            (Status.SENDING, begun),
            (Status.SENT, everything - begun - standing),
        ):
            if count:
                counts[Tally(channel=channel, status=status, waiting_for=None)] = count
    return counts


def statistics(connection: sqlite3.Connection, accepted_from: datetime | None) -> Statistics:
    oldest: dict[Wait, datetime] = {}
    for _, _, waiting_for, _, accepted_at in connection.execute(_STANDING):
        if waiting_for is not None:
            wait, instant = Wait(waiting_for), to_instant(accepted_at)
            oldest[wait] = min(instant, oldest.get(wait, instant))
    flows = {
        channel: flow
        for channel in _channels(connection)
        if (flow := _flow(connection, channel, accepted_from)).accepted
    }
    return Statistics(tally=tally(connection), oldest=oldest, flows=flows)


def backlog(connection: sqlite3.Connection, now: datetime) -> dict[str, Backlog]:
    waiting: dict[str, Counter[Wait]] = {}
    for channel, waiting_for, count in connection.execute(_BACKLOG):
        waiting.setdefault(channel, Counter())[Wait(waiting_for)] += count
    sending = dict(connection.execute(_IN_HAND).fetchall())
    found = {}
    for channel in waiting.keys() | sending.keys():
        values = (channel, to_microseconds(now))
        due, since = connection.execute(_DUE, values).fetchone()
        found[channel] = Backlog(
            waiting=waiting.get(channel, {}),
            sending=sending.get(channel, 0),
            due=due,
            due_since=None if since is None else to_instant(since),
        )
    return found


def pace(
    connection: sqlite3.Connection, begin_at: datetime, end_at: datetime, each: timedelta
) -> list[Stretch]:
    values: dict[str, object] = {
        "begin_at": to_microseconds(begin_at),
        "end_at": to_microseconds(end_at),
        "each": each // timedelta(microseconds=1),
    }
    return [
        Stretch(
            channel=channel,
            begun_at=begin_at + place * each,
            accepted=accepted,
            failed=failed,
            time_to_sent=_percentiles(measured),
        )
        for channel in sorted(_channels(connection))
        for place, accepted, failed, measured in connection.execute(
            _PACE, values | {"channel": channel}
        )
    ]


def _percentiles(measured: str) -> dict[int, timedelta]:
    times = sorted(time for time in _decode_times(measured) if time is not None)
    return {
        percentile: timedelta(microseconds=times[place_of(percentile, len(times)) - 1])
        for percentile in PERCENTILES
        if times
    }


def _channels(connection: sqlite3.Connection) -> list[str]:
    return [channel for (channel,) in connection.execute(_CHANNELS)]


def _flow(connection: sqlite3.Connection, channel: str, accepted_from: datetime | None) -> Flow:
    if accepted_from is None:
        row = connection.execute(_FLOW, (channel,)).fetchone()
    else:
        values = (channel, to_microseconds(accepted_from))
        row = connection.execute(f"{_FLOW} AND accepted_at >= ?", values).fetchone()
    accepted, retried, settled, failed, measured = row
    return Flow(
        accepted=accepted,
        retried=retried,
        settled=settled,
        failed=failed,
        time_to_sent=_percentiles(measured),
    )
