"""What do the lanes add up to, for Prometheus to read?

Plain numbers, added batch by batch; nothing of the library is on the lanes' way.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapters.prometheus import metrics
from adapters.prometheus.metrics import Metric
from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.notification import Notification
from domain.outcome import OutcomeKind
from domain.status import Status

#: So many rules are told apart; a file or a provider may bring any number.
MOST_RULES = 200
OTHER = "other"
_LONGEST = 64

Labels = tuple[str, ...]


@dataclass(slots=True)
class Histogram:
    """`counts` of each bucket alone, the last one for what is beyond all bounds."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, values: Iterable[float]) -> None:
        bounds, counts, total = self.bounds, self.counts, 0.0
        for value in values:
            counts[bisect_left(bounds, value)] += 1
            total += value
        self.total += total


class PrometheusTelemetry(Telemetry):
    def __init__(self) -> None:
        self.counters: defaultdict[Metric, Counter[Labels]] = defaultdict(Counter)
        self.histograms: dict[Metric, dict[Labels, Histogram]] = {}
        self._rules: dict[str, str] = {}

    def taken_in(self, channel: str, batch: Batch) -> None:
        self._add(metrics.RECORDS, batch.records, channel)
        self._add(metrics.UNREADABLE, batch.unreadable, channel)
        self._add(metrics.ACCEPTED, len(batch.added), channel)
        for kind, count in batch.repeats.items():
            self._add(metrics.REPEATS, count, channel, kind.value)
        waits = Counter(each.waiting_for for each in batch.added)
        for reason, count in waits.items():
            if reason is not None:
                self._add(metrics.HELD, count, channel, reason.value)
        self._observe(metrics.BATCH_SIZE, [batch.records], channel, "taken in")

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        accepted: list[str] = []
        times: list[float] = []
        for notification in notifications:
            move = notification.last_move
            if move.status is Status.SENT:
                took = (move.at - notification.event.occurred_at).total_seconds()
                times.append(max(took, 0.0))  # a producer's clock may be ahead
                if move.came_from is Status.SENDING:
                    accepted.append(move.rule)
            else:
                self._add_other(channel, notification)
        for rule, count in Counter(accepted).items():
            self._add_attempts(channel, OutcomeKind.ACCEPTED, rule, count)
        if times:
            self._observe(metrics.TIME_TO_SENT, times, channel)
        if notifications:
            self._observe(metrics.BATCH_SIZE, [len(notifications)], channel, "written")

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:  # noqa: ARG002
        if circuit.is_open:
            self._add(metrics.OPENINGS, 1, channel, self._rule(rule))
        else:
            self._add(metrics.CLOSINGS, 1, channel)

    def trouble(self, channel: str, doing: str, error: Exception) -> None:  # noqa: ARG002
        self._add(metrics.TROUBLE, 1, channel, doing)

    def _add_other(self, channel: str, notification: Notification) -> None:
        move = notification.last_move
        if (outcome := move.outcome) is not None:
            self._add_attempts(channel, outcome, move.rule, 1)
        if move.failure is not None:
            self._add(metrics.FAILED, 1, channel, move.failure.value)
        elif move.waiting_for is not None:
            self._add(metrics.HELD, 1, channel, move.waiting_for.value)

    def _add_attempts(self, channel: str, outcome: OutcomeKind, rule: str, count: int) -> None:
        self._add(metrics.ATTEMPTS, count, channel, outcome.value, self._rule(rule))

    def _rule(self, rule: str) -> str:
        known = self._rules.get(rule)
        if known is None:
            if len(self._rules) >= MOST_RULES:
                return OTHER
            known = self._rules[rule] = _text(rule)
        return known

    def _add(self, metric: Metric, count: int, *labels: str) -> None:
        self.counters[metric][labels] += count

    def _observe(self, metric: Metric, values: Sequence[float], *labels: str) -> None:
        of_metric = self.histograms.setdefault(metric, {})
        if (histogram := of_metric.get(labels)) is None:
            histogram = of_metric[labels] = Histogram(metric.bounds)
        histogram.observe(values)


def _text(value: str) -> str:
    """Short, and text in UTF-8."""
    return value[:_LONGEST].encode(errors="replace").decode()
