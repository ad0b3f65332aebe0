"""Do the alerts, the dashboard and the page on operating speak of what is measured?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.prometheus.exposition import Exposition
from adapters.prometheus.metrics import METRICS, Kind
from application.ports.telemetry import Batch
from domain.outcome import Accepted
from tests.contracts.given import BY, EMAIL, NOW, SECOND, begun

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "tidings.json"
OPERATING = ROOT / "docs" / "operating.md"

_LABELS = re.compile(r"(tidings_[a-z_]+)\{([^}]*)\}")
_GROUPED = re.compile(r"by \(([^)]*)\)")


def promtool(*arguments: str, page: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = shutil.which("promtool")
    if command is None:
        reason = "no promtool; on Debian: apt-get install prometheus"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(f"not run: {reason}")
    return subprocess.run([command, *arguments], input=page, capture_output=True, check=False)


def queries() -> Iterator[tuple[str, str]]:
    """Each with where it stands."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield f"dashboard: {panel['title']}", target["expr"]
    for line in (PROMETHEUS / "alerts.yml").read_text().splitlines():
        if "tidings_" in line:
            yield "alerts.yml", line
    for line in OPERATING.read_text().splitlines():
        for quoted in re.findall(r"`([^`]*tidings_[^`]*\([^`]*)`", line):
            yield "operating.md", quoted


def names() -> set[str]:
    found = {each.name for each in METRICS if each.kind is not Kind.HISTOGRAM}
    return found | {
        f"{each.name}_{part}"
        for each in METRICS
        if each.kind is Kind.HISTOGRAM
        for part in ("bucket", "sum", "count")
    }


class TestEveryQuery:
    def test_speaks_of_what_is_measured(self) -> None:
        unknown = {
            (where, name)
            for where, query in queries()
            for name in re.findall(r"\btidings_[a-z_]+", query)
            if name not in names()
        }
        assert unknown == set()

    def test_asks_by_labels_that_there_are(self) -> None:
        labels = {label for each in METRICS for label in each.labels} | {"le", "instance"}
        for where, query in queries():
            for grouped in _GROUPED.findall(query):
                assert {each.strip() for each in grouped.split(",")} <= labels, (where, query)

    def test_chooses_by_labels_that_the_metric_has(self) -> None:
        of = {each.name: {*each.labels} for each in METRICS}
        for where, query in queries():
            for name, choice in _LABELS.findall(query):
                chosen = set(re.findall(r"(\w+)\s*[!=]~?", choice))
                assert chosen <= of[re.sub("_(bucket|sum|count)$", "", name)], (where, query)

    def test_is_there_for_each_of_the_five_questions(self) -> None:
        page = OPERATING.read_text()
        for question in ("error rate", "retry rate", "throughput", "latency", "dead letters"):
            assert re.search(rf"^\| {question}.*\| `.*tidings_.*` \|$", page, re.MULTILINE), (
                question
            )


class TestEveryAlert:
    def test_leads_to_what_to_do(self) -> None:
        rules = (PROMETHEUS / "alerts.yml").read_text()
        alerts = re.findall(r"alert: (\w+)", rules)
        headings = re.findall(r"^### (\w+)$", OPERATING.read_text(), re.MULTILINE)
        assert alerts == headings
        runbooks = re.findall(r"runbook: docs/operating.md#(\w+)", rules)
        assert runbooks == [each.lower() for each in alerts]


class TestPrometheusItself:
    def test_accepts_the_rules(self) -> None:
        ended = promtool("check", "rules", str(PROMETHEUS / "alerts.yml"))
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def test_finds_that_they_fire_when_they_should(self) -> None:
        ended = promtool("test", "rules", str(PROMETHEUS / "alerts_test.yml"))
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def test_accepts_the_example_of_its_settings(self) -> None:
        ended = promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def test_accepts_what_it_scrapes(self) -> None:
        exposition = Exposition(version="1", assembly="memory")
        taken = Accepted(reason="250 ok", rule="250")
        sent = begun().settle(taken, channel=EMAIL, now=NOW + SECOND, by=BY, wake_at=NOW)
        exposition.telemetry.settled("email", [sent])
        exposition.telemetry.taken_in("email", Batch(records=1, added=[begun()]))
        ended = promtool("check", "metrics", page=exposition.page())
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
