"""What do the rows look like together?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import rows_of
from adapters.postgres.page import STANDING
from application.statistics import PERCENTILES, Backlog, Flow, Statistics, Stretch, Tally
from domain.status import Status, Wait

_TALLY = """
    SELECT channel, status, waiting_for, count(*) FROM states
    GROUP BY channel, status, waiting_for"""
_OLDEST = f"""
    SELECT waiting_for, min(accepted_at) FROM states
    WHERE {STANDING} AND waiting_for IS NOT NULL GROUP BY waiting_for"""
_BACKLOG = f"""
    SELECT channel, waiting_for, count(*) FROM states
    WHERE states.status IN ('PENDING', 'RETRYING', 'UNCERTAIN') AND {STANDING}
        AND waiting_for IS NOT NULL
    GROUP BY channel, waiting_for"""
_SENDING = """
    SELECT channel, count(*) FROM states
    WHERE lease IS NOT NULL AND status = 'SENDING' GROUP BY channel"""
_DUE = """
    SELECT channel, count(*), min(due_at) FROM states
    WHERE channel = ANY(:channels) AND due_at <= :now AND due_at IS NOT NULL AND lease IS NULL
    GROUP BY channel"""

#: A second attempt is at least the third move: begun, deferred, begun again.
_IS_RETRIED = """
    moves > 2 AND EXISTS (SELECT FROM trail WHERE trail.n = states.n AND attempt > 1)"""
_TIME_TO_SENT = """
    CASE states.status
        WHEN 'SENT' THEN since
        WHEN 'DELIVERED' THEN (
            SELECT max(at) FROM trail WHERE trail.n = states.n AND trail.status = 'SENT'
            AND came_from IS DISTINCT FROM 'SENT')
    END - occurred_at"""
#: The discrete percentile is the one by the nearest rank.
_FLOWS = f"""
    SELECT states.channel,
        count(*),
        count(*) FILTER (WHERE {_IS_RETRIED}),
        count(*) FILTER (WHERE states.status IN ('SENT', 'DELIVERED', 'FAILED')),
        count(*) FILTER (WHERE states.status = 'FAILED'),
        percentile_disc(CAST(:percentiles AS float8[])) WITHIN GROUP (ORDER BY {_TIME_TO_SENT})
    FROM states JOIN notifications USING (id)
    WHERE notifications.accepted_at >= coalesce(:accepted_from, timestamptz '-infinity')
    GROUP BY states.channel"""

_PACE = f"""
    SELECT states.channel,
        date_bin(CAST(:each AS interval), notifications.accepted_at, :begin_at) AS begun_at,
        count(*),
        count(*) FILTER (WHERE states.status = 'FAILED'),
        percentile_disc(CAST(:percentiles AS float8[])) WITHIN GROUP (ORDER BY {_TIME_TO_SENT})
    FROM states JOIN notifications USING (id)
    WHERE notifications.accepted_at >= :begin_at AND notifications.accepted_at < :end_at
    GROUP BY 1, 2 ORDER BY 1, 2"""


async def tally(connection: AsyncConnection) -> dict[Tally, int]:
    return {
        Tally(
            channel=channel,
            status=Status(status),
            waiting_for=Wait(waiting_for) if waiting_for else None,
        ): count
        for channel, status, waiting_for, count in await rows_of(connection, _TALLY, {})
    }


async def statistics(connection: AsyncConnection, accepted_from: datetime | None) -> Statistics:
    values = {
        "percentiles": [percentile / 100 for percentile in PERCENTILES],
        "accepted_from": accepted_from,
    }
    oldest = await rows_of(connection, _OLDEST, {})
    flows = await rows_of(connection, _FLOWS, values)
    return Statistics(
        tally=await tally(connection),
        oldest={Wait(row[0]): row[1] for row in oldest},
        flows={row[0]: _flow(row) for row in flows},
    )


async def backlog(connection: AsyncConnection, now: datetime) -> dict[str, Backlog]:
    waiting: dict[str, dict[Wait, int]] = {}
    for channel, waiting_for, count in await rows_of(connection, _BACKLOG, {}):
        waiting.setdefault(channel, {})[Wait(waiting_for)] = count
    sending = {row[0]: row[1] for row in await rows_of(connection, _SENDING, {})}
    values = {"channels": list(waiting), "now": now}
    due = {row[0]: row[1:] for row in await rows_of(connection, _DUE, values)}
    nothing = (0, None)
    return {
        channel: Backlog(
            waiting=waiting.get(channel, {}),
            sending=sending.get(channel, 0),
            due=count,
            due_since=since,
        )
        for channel in waiting.keys() | sending.keys()
        for count, since in [due.get(channel, nothing)]
    }


async def pace(
    connection: AsyncConnection, begin_at: datetime, end_at: datetime, each: timedelta
) -> list[Stretch]:
    values = {
        "percentiles": [percentile / 100 for percentile in PERCENTILES],
        "begin_at": begin_at,
        "end_at": end_at,
        "each": each,
    }
    return [
        Stretch(
            channel=channel,
            begun_at=begun_at,
            accepted=accepted,
            failed=failed,
            time_to_sent=_percentiles(times),
        )
        for channel, begun_at, accepted, failed, times in await rows_of(connection, _PACE, values)
    ]


def _flow(row: Sequence[Any]) -> Flow:
    _, accepted, retried, settled, failed, times = row
    return Flow(
        accepted=accepted,
        retried=retried,
        settled=settled,
        failed=failed,
        time_to_sent=_percentiles(times),
    )


def _percentiles(times: Sequence[timedelta | None] | None) -> dict[int, timedelta]:
    return {
        percentile: time
        for percentile, time in zip(PERCENTILES, times or (), strict=False)
        if time is not None
    }
