"""Can whoever asked for an event follow it to its hand-over?"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from entrypoints import exit_codes
from tests.entrypoints.asking import free_port
from tests.entrypoints.program import Program
from tests.servers.otlp import Collector, collecting

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{CALLER}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def traced(program: Program, collector: Collector) -> Program:
    return program.with_(
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_EXPORTER_OTLP_HEADERS="api-key=not-very-secret",
        OTEL_SERVICE_NAME="tidings-here",
    )


def post(port: int, event_id: str) -> None:
    payload = {"email": "ada@example.com", "message": "Your parcel has arrived"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/events",
        json.dumps({"eventId": event_id, "payload": payload}).encode(),
        {"Content-Type": "application/json", "traceparent": TRACEPARENT},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202


class TestATrace:
    def test_goes_from_whoever_asked_to_the_hand_over(
        self, traced: Program, collector: Collector
    ) -> None:
        port = free_port()
        with traced.with_(API_PORT=str(port)).running("up") as working:
            working.wait_until_it_says("works on")
            post(port, "x")
            working.wait_until(lambda: "SENT" in traced("show", "x").out)
            assert working.stop().code == exit_codes.DONE
        published, accepted, handed_over = collector.taken(trace_id=TRACE_ID)
        assert published.span.name == "publish events"
        assert accepted.span.name == "accept email"
        assert handed_over.span.name == "hand over email"
        assert published.parent_id == CALLER
        assert accepted.parent_id == published.span_id
        assert handed_over.parent_id == accepted.span_id
        assert {each.service for each in (published, accepted, handed_over)} == {"tidings-here"}
        assert accepted.headers["api-key"] == "not-very-secret"

    def test_holds_no_personal_data(self, traced: Program, collector: Collector) -> None:
        traced("publish", "alert", "--email", "ada@example.com", "-m", "The room is hot")
        traced("publish", "alert", "--phone", "+15551234567", "-m", "The room is hot")
        traced("publish", "alert", "--email", "rejected@simulator.tidings.test", "-m", "Hot")
        assert traced("up", "--until-idle").code == exit_codes.DONE
        told = collector.everything()
        assert told.count("hand over") == 3
        for personal in ("ada@", "15551234567", "simulator", "hot", "Hot"):
            assert personal not in told


class TestACollectorThatIsAway:
    def test_is_said_once_and_stops_nobody(self, program: Program) -> None:
        lost = program.with_(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
        lost("publish", "signup", "--email", "ada@example.com", "-m", "Hi", "--id", "x")
        ended = lost("up", "--until-idle")
        assert ended.code == exit_codes.DONE
        assert "SENT" in lost("show", "x").out
        assert ended.err.count("spans were not taken") == 1
        assert "Traceback" not in ended.err


class TestWhereNothingIsSetUp:
    def test_the_trace_goes_on_all_the_same(self, program: Program, collector: Collector) -> None:
        """Whoever works later, or elsewhere, can follow it."""
        port = free_port()
        with program.with_(API_PORT=str(port)).running("up") as working:
            working.wait_until_it_says("works on")
            program("lanes", "pause", "email", "--why", "the relay moves")
            post(port, "x")
            working.wait_until(lambda: "held" in program("show", "x").said)
            assert working.stop().code == exit_codes.DONE
        program("lanes", "resume", "email")
        traced = program.with_(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        assert traced("up", "--until-idle").code == exit_codes.DONE
        [handed_over] = collector.taken(trace_id=TRACE_ID)
        assert handed_over.span.name == "hand over email"

    def test_no_library_is_needed(self, program: Program) -> None:
        program("publish", "signup", "--email", "ada@example.com", "-m", "Hi")
        script = (
            "import sys; from entrypoints.cli import main\n"
            "sys.argv = ['tidings', 'up', '--until-idle']\n"
            "try: main()\n"
            "finally: print([each for each in sys.modules if each.startswith('opentelemetry')])"
        )
        assert program.run("python", "-c", script).out.endswith("[]\n")


class TestChecking:
    def test_finds_a_collector_that_takes_spans(self, traced: Program) -> None:
        ended = traced("check")
        assert ended.code == exit_codes.DONE
        assert "takes spans" in ended.said

    def test_finds_one_that_is_away_with_what_to_do(self, program: Program) -> None:
        lost = program.with_(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
        ended = lost("check")
        assert ended.code != exit_codes.DONE
        assert "takes no spans" in ended.said
        assert "see that it runs" in ended.said

    def test_says_nothing_where_none_are_wanted(self, program: Program) -> None:
        assert "traces" not in program("check").said
