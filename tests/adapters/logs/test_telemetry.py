"""Does the log tell of every failure and doubt, and of nobody's address, number or message?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import structlog

from adapters.logs.telemetry import LogTelemetry
from application.errors import StoreUnavailable
from domain.channel import Channel
from domain.circuit import Circuit
from domain.errors import InvalidRecipient, UnreadableEvent
from domain.failure import Failure
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.status import Status, Wait
from tests.builders import (
    EMAIL,
    SMS,
    WORKER,
    a_begun_notification,
    a_failed_notification,
    a_held_notification,
    an_event,
    an_id,
    at,
    waiting,
)

#: Each with `canary` or `0199` in it, whichever way it is cut or quoted.
ADDRESS = "canary@secret.example"
NUMBER = "+15550199019"
TEXT = "canary: your code is 0199"
BUSY = "421 4.7.0 come back later"
CANARIES = ("canary", "secret", "0199")

EVENT = an_event(
    email=ADDRESS, phone_number=NUMBER, text=TEXT, subject=f"Re: {TEXT}", html=f"<p>{TEXT}</p>"
)
BEGUN = a_begun_notification(event=EVENT)


class Log:
    """Rendered as for a collector: errors with their words and where they happened."""

    def __init__(self) -> None:
        self.stream = StringIO()
        self.logger = structlog.wrap_logger(
            structlog.PrintLogger(self.stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                structlog.processors.JSONRenderer(),
            ],
        )

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def names_nobody(self) -> bool:
        return not any(canary in self.text for canary in CANARIES)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def telemetry(log: Log) -> LogTelemetry:
    return LogTelemetry(log.logger)


def settled(
    outcome: Outcome, *, begun: Notification = BEGUN, channel: Channel = EMAIL
) -> Notification:
    return begun.settle(outcome, channel=channel, now=at(1), by=WORKER, wake_at=at(30))


def answered(words: str) -> list[Outcome]:
    return [
        Accepted(reason=words, rule="250", provider_id="q1"),
        Deferred(reason=words, rule="450 4.2.1"),
        Rejected(reason=words, rule="550 5.1.1"),
        Unknown(reason=words, rule="lost"),
        ProviderDown(reason=words, rule="421"),
    ]


def opened(words: str = "421", *, needs_operator: bool = True) -> Circuit:
    down = ProviderDown(reason=words, needs_operator=needs_operator)
    circuit = Circuit().after(down, of=an_id(), now=at())
    assert circuit.is_open
    return circuit


def caused(error: Exception) -> Exception:
    """As it is caught: raised because of another, whose words hold everything."""
    try:
        try:
            raise LookupError(f"{ADDRESS} {NUMBER} {TEXT}")
        except LookupError as cause:
            raise error from cause
    except type(error) as caught:
        return caught


class TestALineOfTheLog:
    @pytest.mark.parametrize("channel", [EMAIL, SMS], ids=["email", "sms"])
    def test_names_nobody_whatever_became_of_a_notification(
        self, channel: Channel, telemetry: LogTelemetry, log: Log
    ) -> None:
        begun = a_begun_notification(channel=channel, event=EVENT)
        words = f"550 5.1.1 <{ADDRESS}> {NUMBER} {ADDRESS.upper()}"
        became = [settled(outcome, begun=begun, channel=channel) for outcome in answered(words)]
        became += [
            begun,
            a_held_notification(channel=channel, event=EVENT),
            begun.release(waiting(Wait.CIRCUIT, until=at(9)), now=at(1), by=WORKER, words=words),
            begun.rescue(channel=channel, now=at(1), by=WORKER),
        ]
        became += [begun.fail(failure, now=at(1), by=WORKER, words="no") for failure in Failure]
        telemetry.settled(channel.name, became)
        assert log.lines
        assert log.names_nobody()

    def test_does_not_repeat_an_address_that_is_none(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        event = an_event(email="canary at secret.example", text=TEXT)
        telemetry.settled("email", [a_failed_notification(event=event)])
        assert len(log.lines) == 1
        assert log.names_nobody()

    def test_names_nobody_when_a_rule_of_ours_was_broken(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        """Our own errors hold no personal data, so their words may stand there."""
        for error in (
            StoreUnavailable("the store is away", fix="wait"),
            UnreadableEvent("payload.email", "a number where text is wanted"),
            InvalidRecipient("not an email address"),
        ):
            telemetry.trouble("email", "reading", caused(error))
        assert len(log.lines) == 3
        assert log.names_nobody()

    def test_names_nobody_when_something_unforeseen_broke(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        telemetry.trouble("email", "sending", caused(RuntimeError(f"no mailbox {ADDRESS} here")))
        assert log.lines
        assert log.names_nobody()

    def test_names_nobody_when_a_circuit_opens(self, telemetry: LogTelemetry, log: Log) -> None:
        """The gate passes the provider's own words."""
        words = f"421 4.7.0 too much for {ADDRESS}, {NUMBER}"
        telemetry.circuit_moved("email", opened(words), words=words, rule="")
        assert log.lines
        assert log.names_nobody()


class TestANotificationThatFailed:
    def test_is_a_line_that_leads_to_its_story(self, telemetry: LogTelemetry, log: Log) -> None:
        failed = settled(Rejected(reason="550 5.1.1 no", rule="550 5.1.1"))
        telemetry.settled("email", [failed])
        [line] = log.lines
        assert line["level"] == "warning"
        assert line["channel"] == "email"
        assert line["event_id"] == EVENT.id
        assert line["notification_id"] == str(failed.id)
        assert line["failure"] == "rejected"
        assert line["rule"] == "550 5.1.1"
        assert line["attempt"] == 1
        assert line["trace_id"] == EVENT.trace_id

    def test_is_one_line_among_many_that_did_not(self, telemetry: LogTelemetry, log: Log) -> None:
        sent = settled(Accepted(reason="250"))
        failed = settled(Rejected(reason="550"))
        telemetry.settled("email", [sent, failed, sent, failed])
        assert len(log.lines) == 2


class TestANotificationInDoubt:
    def test_is_a_line_that_says_what_it_waits_for(self, telemetry: LogTelemetry, log: Log) -> None:
        doubtful = settled(Unknown(reason="lost", rule="lost"))
        assert doubtful.status is Status.UNCERTAIN
        telemetry.settled("email", [doubtful])
        [line] = log.lines
        assert line["event_id"] == EVENT.id
        assert line["waiting_for"] == doubtful.waiting_for


class TestANotificationThatWasSent:
    def test_is_no_line(self, telemetry: LogTelemetry, log: Log) -> None:
        telemetry.settled("email", [settled(Accepted(reason="250"))])
        telemetry.settled("email", [])
        assert log.text == ""


class TestACircuit:
    def test_that_opens_is_a_warning_with_the_instant_of_the_next_look(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        telemetry.circuit_moved("email", opened(), words=BUSY, rule="smtp:421")
        [line] = log.lines
        assert line["level"] == "warning"
        assert line["channel"] == "email"
        assert line["next_look"] == at(30).isoformat()
        assert (line["why"], line["rule"]) == (BUSY, "smtp:421")

    def test_that_closes_is_a_line(self, telemetry: LogTelemetry, log: Log) -> None:
        telemetry.circuit_moved("sms", Circuit(), words="", rule="")
        [line] = log.lines
        assert line["channel"] == "sms"

    def test_that_opens_for_longer_says_so(self, telemetry: LogTelemetry, log: Log) -> None:
        circuit = replace(opened(), probe_at=at() + timedelta(minutes=5))
        telemetry.circuit_moved("email", circuit, words=BUSY, rule="smtp:421")
        assert log.lines[0]["next_look"] == at(minutes=5).isoformat()


class TestTrouble:
    def test_is_an_error_that_says_what_was_being_done(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        telemetry.trouble("sms", "claiming what is due", StoreUnavailable("away", fix="wait"))
        [line] = log.lines
        assert line["level"] == "error"
        assert line["channel"] == "sms"
        assert "claiming what is due" in line["event"]
        assert "away" in line["event"]

    def test_that_nobody_foresaw_says_what_kind_and_where(
        self, telemetry: LogTelemetry, log: Log
    ) -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError as error:
            telemetry.trouble("sms", "claiming what is due", error)
        assert "claiming what is due" in log.text
        assert "ZeroDivisionError" in log.text
        assert "test_telemetry.py" in log.text


class TestALogThatCannotBeWritten:
    def test_stops_nobody(self, telemetry: LogTelemetry, log: Log) -> None:
        """A telemetry never raises: `tidings up 2>&1 | head` closes the stream."""
        log.stream.close()
        telemetry.trouble("email", "reading", StoreUnavailable("away", fix="wait"))
        telemetry.circuit_moved("email", opened(), words=BUSY, rule="smtp:421")
        telemetry.settled("email", [settled(Rejected(reason="550"))])


class TestALogThatNobodyNamed:
    """As that of a producer inside an application, whose standard output is its own."""

    @pytest.fixture
    def application(self) -> Iterator[StringIO]:
        """With a log of its own."""
        theirs = StringIO()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(theirs))
        yield theirs
        structlog.reset_defaults()

    def test_is_standard_error(
        self, application: StringIO, capsys: pytest.CaptureFixture[str]
    ) -> None:
        LogTelemetry().clock_jumped(timedelta(hours=1))
        LogTelemetry().circuit_moved("sms", Circuit(), rule="down:421", words="")
        out, err = capsys.readouterr()
        assert (out, application.getvalue()) == ("", "")
        assert [json.loads(line)["level"] for line in err.splitlines()] == ["warning", "info"]

    def test_is_nowhere_if_there_is_no_standard_error(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with redirect_stderr(None):
            LogTelemetry().clock_jumped(timedelta(hours=1))
        assert capsys.readouterr().out == ""


class TestAClockThatWasSet:
    @pytest.mark.parametrize("by", [3600, -3600], ids=["forward", "back"])
    def test_is_a_warning_with_its_length_and_what_to_do(
        self, log: Log, telemetry: LogTelemetry, by: int
    ) -> None:
        telemetry.clock_jumped(timedelta(seconds=by))
        [line] = log.lines
        assert (line["level"], line["by_seconds"]) == ("warning", by)
        assert "start anew" in line["event"]

    def test_is_the_databases_where_that_is_the_one_that_counts(
        self, log: Log, telemetry: LogTelemetry
    ) -> None:
        telemetry.database_clock_jumped(timedelta(hours=1))
        [line] = log.lines
        assert "the database's clock was set" in line["event"]
