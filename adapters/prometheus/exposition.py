"""How is what adds up, and what is seen now, told to Prometheus?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from adapters.prometheus import metrics
from adapters.prometheus.metrics import METRICS, Kind, Metric
from adapters.prometheus.telemetry import Histogram, Labels, PrometheusTelemetry
from application.health import STALE_AFTER
from application.lookout import Lookout
from application.watch import Watch

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

T = TypeVar("T")

Gauges = dict[Metric, dict[Labels, float]]


class Exposition:
    """One process's page. What it tells of the store was counted before, in the background."""

    def __init__(self, *, version: str, assembly: str) -> None:
        self.telemetry = PrometheusTelemetry()
        self.watch: Watch | None = None
        self._build: dict[Labels, float] = {(version, assembly): 1.0}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Ours(self))
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def families(self) -> Iterator[Family]:
        gauges: Gauges = defaultdict(dict)
        gauges[metrics.BUILD] = self._build
        if self.watch is not None:
            _look(self.watch, gauges)
        for metric in METRICS:
            if metric.kind is Kind.COUNTER:
                yield _counters(metric, self.telemetry.counters[metric])
            elif metric.kind is Kind.HISTOGRAM:
                yield _histograms(metric, self.telemetry.histograms.get(metric, {}))
            else:
                yield _gauges(metric, gauges[metric])


class _Ours(Collector):
    def __init__(self, exposition: Exposition) -> None:
        self._exposition = exposition

    def collect(self) -> Iterable[Family]:
        return self._exposition.families()


def _look(watch: Watch, gauges: Gauges) -> None:
    for lane in watch.lanes:
        if not lane.is_at_work:
            continue
        channel = (lane.channel.name,)
        gauges[metrics.IN_FLIGHT][channel] = lane.in_hand
        gauges[metrics.IN_FLIGHT_LIMIT][channel] = lane.channel.in_flight
        gauges[metrics.PAUSED][channel] = lane.is_paused
        gauges[metrics.CIRCUIT_OPEN][channel] = lane.circuit.is_open
        for loop, beat in lane.pulse.beats.items():
            age = (watch.clock.now() - beat.at).total_seconds()
            gauges[metrics.LOOP_AGE][*channel, loop] = max(age, 0.0)
            gauges[metrics.LOOP_PATIENCE][*channel, loop] = beat.patience.total_seconds()
    for name, pool in watch.pools().items():
        gauges[metrics.POOL_IN_USE][name,] = pool.in_use
        gauges[metrics.POOL_LIMIT][name,] = pool.at_most
    for each in watch.of_neighbours():
        gauges[metrics.NEIGHBOUR][each.name,] = not each.is_away
    _look_at_counts(watch, gauges, watch.clock.now())


def _look_at_counts(watch: Watch, gauges: Gauges, now: datetime) -> None:
    for lookout in watch.counts:
        if (age := lookout.glimpse.age(now)) is not None:
            gauges[metrics.COUNT_AGE][lookout.name,] = age.total_seconds()
    for channel, backlog in (_fresh(watch.backlog, now) or {}).items():
        for reason, count in backlog.waiting.items():
            gauges[metrics.WAITING][channel, reason.value] = count
        since = backlog.due_since
        gauges[metrics.DUE][channel,] = backlog.due
        gauges[metrics.DUE_AGE][channel,] = 0 if since is None else (now - since).total_seconds()
    for letter_reason, count in (_fresh(watch.dead_letters, now) or {}).items():
        gauges[metrics.DEAD_LETTERS][letter_reason,] = count
    for channel, lookout in watch.lags.items():
        if (lag := _fresh(lookout, now)) is not None:
            gauges[metrics.LAG][channel,] = lag


def _fresh(lookout: Lookout[T], now: datetime) -> T | None:
    """What was counted too long ago is not told: a gap says more than an old number."""
    age = lookout.glimpse.age(now)
    return None if age is None or age > STALE_AFTER else lookout.glimpse.seen


def _counters(metric: Metric, counts: Mapping[Labels, int]) -> Family:
    family = CounterMetricFamily(metric.name, metric.means, labels=metric.labels)
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family


def _gauges(metric: Metric, values: Mapping[Labels, float]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.means, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _histograms(metric: Metric, found: Mapping[Labels, Histogram]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.means, labels=metric.labels)
    for labels, histogram in found.items():
        family.add_metric(labels, buckets=_buckets(histogram), sum_value=histogram.total)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Each with all that came before it."""
    count, buckets = 0, []
    for bound, in_bucket in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        count += in_bucket
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), float(count)))
    return buckets
