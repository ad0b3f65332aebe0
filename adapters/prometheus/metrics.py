"""Which metrics are there, in which unit, and what do they mean?

The one table: what is measured, exposed and documented follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "tidings_"


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric:
    """`means` is a sentence for who reads it at night. A counter's name ends in `_total`."""

    name: str
    kind: Kind
    labels: Sequence[str] = ()
    means: str
    bounds: Sequence[float] = ()  #: of a histogram's buckets


def _metric(kind: Kind, name: str, labels: str, means: str, bounds: Sequence[float] = ()) -> Metric:
    return Metric(
        name=PREFIX + name, kind=kind, labels=tuple(labels.split()), means=means, bounds=bounds
    )


def _counter(name: str, labels: str, means: str) -> Metric:
    return _metric(Kind.COUNTER, name, labels, means)


def _gauge(name: str, labels: str, means: str) -> Metric:
    return _metric(Kind.GAUGE, name, labels, means)


#: Seconds: from what nobody notices to a day.
_TIMES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400)
_SIZES = (1, 5, 10, 50, 100, 250, 500)

RECORDS = _counter("records_received_total", "channel", "Records read from the stream.")
UNREADABLE = _counter(
    "records_unreadable_total", "channel", "Of these, what nobody could read: now dead letters."
)
ACCEPTED = _counter("notifications_accepted_total", "channel", "New notifications, now durable.")
REPEATS = _counter(
    "repeats_total",
    "channel kind",
    "Events that came again: duplicate, conflict (another content under the same id), "
    "redelivery (by the stream's doing).",
)
ATTEMPTS = _counter(
    "attempts_total",
    "channel outcome rule",
    "Attempts that ended: accepted, deferred, rejected, unknown, provider_down; and the rule, the "
    "row of the provider's table that decided.",
)
FAILED = _counter(
    "notifications_failed_total", "channel reason", "Notifications that will not be tried again."
)
HELD = _counter(
    "notifications_held_total", "channel reason", "How often a notification was told to wait."
)
TROUBLE = _counter(
    "trouble_total", "part doing", "What failed inside and is tried again; the log says why."
)
OPENINGS = _counter(
    "circuit_openings_total", "channel rule", "How often a provider was found to be down."
)
CLOSINGS = _counter("circuit_closings_total", "channel", "How often it was up again.")
TIME_TO_SENT = _metric(
    Kind.HISTOGRAM,
    "event_to_sent_seconds",
    "channel",
    "From the event's timestamp until the provider took it, waits included.",
    _TIMES,
)
BATCH_SIZE = _metric(
    Kind.HISTOGRAM,
    "batch_size",
    "channel step",
    "How many go together: records taken in, moves written.",
    _SIZES,
)

IN_FLIGHT = _gauge(
    "in_flight", "channel", "Notifications in this process's hand, begun or about to be."
)
IN_FLIGHT_LIMIT = _gauge("in_flight_limit", "channel", "How many that can be at most.")
PAUSED = _gauge("lane_paused", "channel", "1: somebody has paused it; what waits is held.")
CIRCUIT_OPEN = _gauge("circuit_open", "channel", "1: the provider is down, and nothing is tried.")
WAITING = _gauge(
    "waiting", "channel reason", "Notifications in the store that wait, by what for. (max)"
)
DUE = _gauge(
    "due", "channel", "Of these, those whose time has come and that nobody has in hand. (max)"
)
DUE_AGE = _gauge(
    "due_oldest_age_seconds", "channel", "Since when the longest due of them is due. (max)"
)
DEAD_LETTERS = _gauge("dead_letters_open", "reason", "Dead letters that nobody has settled. (max)")
LAG = _gauge(
    "stream_lag_records",
    "channel",
    "Records still to be read, of this process's partitions. (sum)",
)
POOL_IN_USE = _gauge("connections_in_use", "pool", "Connections to the database that are in use.")
POOL_LIMIT = _gauge("connections_limit", "pool", "How many that can be at most.")
NEIGHBOUR = _gauge(
    "neighbour_up", "neighbour", "Whether what the work depends on is there: 1, or 0."
)
COUNT_AGE = _gauge(
    "count_age_seconds", "of", "How long ago was counted what these gauges say of the store."
)
LOOP_AGE = _gauge("loop_age_seconds", "channel loop", "How long ago a lane's loop turned last.")
LOOP_PATIENCE = _gauge(
    "loop_patience_seconds", "channel loop", "How long that may be at most; else it is stuck."
)
BUILD = _gauge("build_info", "version assembly", "Always 1.")

METRICS: Sequence[Metric] = tuple(
    each for each in list(globals().values()) if isinstance(each, Metric)
)
