"""Does a producer keep what it promises, with asyncio and without?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.sqlite.database import Database
from adapters.sqlite.event_source import SqliteEventSource
from adapters.system.clock import SystemClock
from application.errors import StoreUnavailable
from entrypoints import exit_codes
from entrypoints.blocking_producer import BlockingProducer
from entrypoints.new_event import BadEvent, NewEvent
from entrypoints.producer import ALERT, Producer
from entrypoints.settings import BadSettings
from tests.entrypoints.program import PATIENCE, ROOT, Program
from tests.runner import Run, together

ADA = "ada@example.com"
GRACE = "+15551234567"
NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Not there yet."""
    return tmp_path / "above" / "data"


@pytest.fixture
def producer(data: Path) -> Iterator[BlockingProducer]:
    with BlockingProducer(data) as producer:
        yield producer


def alert(event_id: str, **more: Any) -> NewEvent:
    return NewEvent(
        **{"message_type": ALERT, "message": "Hot", "email": ADA} | more, event_id=event_id
    )


async def stream(data: Path) -> list[dict[str, Any]]:
    """Every event in it, in its order."""
    database = Database(data)
    await database.open()
    try:
        source = SqliteEventSource(database, "test", SystemClock())
        records = await source.poll(limit=100_000, wait_for=timedelta(0))
    finally:
        await database.close()
    return [json.loads(record.value or b"") for record in records]


def ids(data: Path, run: Run) -> list[str]:
    return [event["eventId"] for event in run(stream(data))]


class TestAnEvent:
    def test_is_in_the_stream_as_it_was_given(self, data: Path, run: Run) -> None:
        async def publish() -> None:
            async with Producer(data) as producer:
                event_id = await producer.signup_event(
                    "Welcome!", ADA, GRACE, event_id="signup-1", subject="Hello",
                    html="<p>Welcome!</p>", send_at=NOON, expires_at=NOON + timedelta(hours=1),
                )  # fmt: skip
                assert event_id == "signup-1"

        run(publish())
        [event] = run(stream(data))
        assert event.pop("timestamp") > 1_700_000_000_000
        assert event == {
            "eventId": "signup-1",
            "messageType": "USER_SIGNED_UP",
            "sendAt": 1_906_545_600_000,
            "expiresAt": 1_906_549_200_000,
            "payload": {
                "email": ADA,
                "phoneNumber": GRACE,
                "subject": "Hello",
                "message": "Welcome!",
                "html": "<p>Welcome!</p>",
            },
        }

    def test_has_the_kind_of_its_name_and_an_id_of_its_own(
        self, producer: BlockingProducer, data: Path, run: Run
    ) -> None:
        given = [
            producer.signup_event("Welcome", ADA),
            producer.payment_event("Paid", phone=GRACE),
            producer.alert_event("Hot", email=ADA),
        ]
        found = run(stream(data))
        assert [event["eventId"] for event in found] == given
        assert len(set(given)) == 3
        assert [event["messageType"] for event in found] == [
            "USER_SIGNED_UP", "PAYMENT_SUCCESSFUL", "ALERT_RAISED",
        ]  # fmt: skip

    def test_may_leave_an_address_empty(
        self, producer: BlockingProducer, data: Path, run: Run
    ) -> None:
        producer.alert_event("Hot", email="", phone=GRACE)
        [event] = run(stream(data))
        assert event["payload"] == {"phoneNumber": GRACE, "message": "Hot"}

    def test_keeps_its_id_however_often_it_is_published(
        self, producer: BlockingProducer, data: Path, run: Run
    ) -> None:
        event = NewEvent(message_type=ALERT, message="Hot", email=ADA)
        assert producer.publish([event]) == producer.publish([event]) == [event.id]


KILLED = """
import os, signal
from entrypoints.blocking_producer import BlockingProducer
with BlockingProducer("tidings-data") as producer:
    producer.alert_event("Hot", email="ada@example.com", event_id="durable")
    os.kill(os.getpid(), signal.SIGKILL)
"""


class TestDurability:
    def test_holds_from_the_moment_of_the_answer(self, program: Program, run: Run) -> None:
        assert program.run(sys.executable, "-c", KILLED).code == -signal.SIGKILL
        assert ids(program.data, run) == ["durable"]


class TestPublishingAgain:
    def test_tells_nobody_twice(self, program: Program) -> None:
        with BlockingProducer(program.data) as producer:
            for _ in range(3):
                producer.alert_event("Hot", email=ADA, event_id="once")
        assert program("up", "--until-idle").code == exit_codes.DONE
        with BlockingProducer(program.data) as producer:
            producer.alert_event("Hot", email=ADA, event_id="once")
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert len(list(program.data.glob("outbox/email/*.eml"))) == 1


BAD = [
    pytest.param({"email": None}, "email or phone", id="nobody to tell"),
    pytest.param({"email": "", "phone": ""}, "email or phone", id="nobody but empty words"),
    pytest.param({"email": "canary at sea"}, "email", id="no email address"),
    pytest.param({"phone": "0123"}, "phone", id="no phone number"),
    pytest.param({"phone": 15551234567}, "phone", id="a number for a phone number"),
    pytest.param({"message": ""}, "message", id="an empty message"),
    pytest.param({"message": " \n"}, "message", id="a blank message"),
    pytest.param({"message": None}, "message", id="no message"),
    pytest.param({"message": 7}, "message", id="a number for a message"),
    pytest.param({"message": "a\0b"}, "message", id="a message with U+0000"),
    pytest.param({"message": "\ud800"}, "message", id="a message with half a pair"),
    pytest.param({"message": "x" * 300_000}, "message", id="a message too long"),
    pytest.param({"html": "é" * 150_000, "message": "x" * 200_000}, "html", id="too much markup"),
    pytest.param({"subject": "x" * 300_000}, "subject", id="a subject too long"),
    pytest.param({"subject": b"x"}, "subject", id="bytes for a subject"),
    pytest.param({"html": 7}, "html", id="a number for markup"),
    pytest.param({"event_id": ""}, "event_id", id="an empty id"),
    pytest.param({"event_id": "x" * 256}, "event_id", id="an id too long"),
    pytest.param({"send_at": datetime(2030, 1, 1)}, "send_at", id="a naive send_at"),
    pytest.param({"expires_at": datetime(2030, 1, 1)}, "expires_at", id="a naive expires_at"),
    pytest.param({"expires_at": "soon"}, "expires_at", id="a word for an instant"),
    pytest.param({"send_at": datetime(1960, 1, 1, tzinfo=UTC)}, "send_at", id="before 1970"),
]


class TestBadInput:
    @pytest.mark.parametrize(("wrong", "argument"), BAD)
    def test_is_refused_by_the_name_of_the_argument(
        self, producer: BlockingProducer, data: Path, run: Run, wrong: dict[str, Any], argument: str
    ) -> None:
        event = {"message": "Hot", "email": ADA} | wrong
        with pytest.raises(BadEvent) as caught:
            producer.alert_event(**event)
        assert caught.value.argument == argument
        assert str(caught.value).startswith(f"{argument}: ")
        assert "canary" not in str(caught.value)
        assert ids(data, run) == []

    @pytest.mark.parametrize(("wrong", "argument"), BAD)
    def test_keeps_back_everything_that_is_published_with_it(
        self, producer: BlockingProducer, data: Path, run: Run, wrong: dict[str, Any], argument: str
    ) -> None:
        bad = NewEvent(**{"message_type": ALERT, "message": "Hot", "email": ADA} | wrong)
        with pytest.raises(BadEvent) as caught:
            producer.publish([alert("before"), bad, alert("behind")])
        assert (caught.value.number, caught.value.argument) == (1, argument)
        assert str(caught.value).startswith("event 1: ")
        assert ids(data, run) == []

    def test_is_refused_by_the_name_of_a_type_that_is_too_long(
        self, producer: BlockingProducer
    ) -> None:
        with pytest.raises(BadEvent, match=r"300\d\d\d bytes \(at most") as caught:
            producer.publish([alert("x", message_type="X" * 300_000)])
        assert caught.value.argument == "message_type"

    def test_is_a_value_error_too(self, producer: BlockingProducer) -> None:
        with pytest.raises(ValueError, match="message"):
            producer.alert_event("", ADA)


class TestEventsPublishedTogether:
    def test_are_in_order(self, producer: BlockingProducer, data: Path, run: Run) -> None:
        wanted = [f"event-{number}" for number in range(2500)]
        assert producer.publish(alert(event_id) for event_id in wanted) == wanted
        assert ids(data, run) == wanted

    def test_can_be_none(self, producer: BlockingProducer, data: Path, run: Run) -> None:
        assert producer.publish([]) == []
        assert ids(data, run) == []


MANY = """
import sys
from entrypoints.blocking_producer import BlockingProducer
from entrypoints.producer import ALERT, NewEvent
name = sys.argv[1]
with BlockingProducer("tidings-data") as producer:
    for batch in range(20):
        producer.publish(
            NewEvent(
                message_type=ALERT, message="Hot", email="ada@example.com",
                event_id=f"{name} {batch} {number}",
            )
            for number in range(10)
        )
"""


class TestProducersAtOnce:
    def test_of_several_processes_lose_nothing_and_keep_each_batch_whole(
        self, program: Program, run: Run
    ) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        processes = [
            subprocess.Popen([sys.executable, "-c", MANY, name], cwd=program.home, env=environment)
            for name in ("a", "b", "c")
        ]
        assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0]
        found = ids(program.data, run)
        assert len(found) == len(set(found)) == 600
        for start in range(0, 600, 10):
            name, batch, _ = found[start].split()
            assert found[start : start + 10] == [f"{name} {batch} {n}" for n in range(10)]

    def test_of_several_threads_may_share_one(
        self, producer: BlockingProducer, data: Path, run: Run
    ) -> None:
        def publish(name: str) -> None:
            for number in range(10):
                producer.alert_event("Hot", ADA, event_id=f"{name}-{number}")

        threads = [threading.Thread(target=publish, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        found = ids(data, run)
        assert len(found) == len(set(found)) == 40
        for name in "abcd":
            own = [event_id for event_id in found if event_id.startswith(name)]
            assert own == [f"{name}-{number}" for number in range(10)]

    def test_may_be_closed_while_a_thread_publishes(self, data: Path, run: Run) -> None:
        published: list[str] = []
        begun = threading.Event()

        def publish() -> None:
            while True:
                try:
                    published.append(shared.alert_event("Hot", ADA))
                except RuntimeError:
                    return
                begun.set()

        with BlockingProducer(data) as shared:
            thread = threading.Thread(target=publish)
            thread.start()
            assert begun.wait(PATIENCE)
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert ids(data, run) == published


class TestTheDataFolder:
    def test_is_made(self, data: Path) -> None:
        with BlockingProducer(data):
            assert data.stat().st_mode & 0o777 == 0o700

    def test_is_that_of_the_settings_unless_another_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("TIDINGS_DATA", "of-the-settings")
        with BlockingProducer() as producer:
            producer.alert_event("Hot", ADA, event_id="there")
        assert ids(tmp_path / "of-the-settings", run) == ["there"]

    def test_is_an_error_with_its_fix_if_it_cannot_be(self, data: Path) -> None:
        data.parent.touch()
        with pytest.raises(StoreUnavailable) as caught, BlockingProducer(data):
            pass
        assert caught.value.fix

    def test_is_not_reached_with_wrong_settings(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RATE_LIMIT_SMS", "canary")
        with pytest.raises(BadSettings), BlockingProducer(data):
            pass
        assert not data.exists()


FORKED = """
import os
from entrypoints.blocking_producer import BlockingProducer
with BlockingProducer("tidings-data") as producer:
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        producer.alert_event("Hot", email="ada@example.com", event_id="of the parent")
    else:
        try:
            producer.alert_event("Hot", email="ada@example.com", event_id="of the child")
        except RuntimeError as error:
            assert "fork" in str(error)
            os._exit(7)
"""


FORKED_IN_THE_MIDDLE = """
import os, signal, threading
from entrypoints.blocking_producer import BlockingProducer
with BlockingProducer("tidings-data") as producer:
    is_held, is_over = threading.Event(), threading.Event()
    def hold():
        with producer._changing:
            is_held.set()
            is_over.wait()
    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    if child := os.fork():
        is_over.set()
        thread.join()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    else:
        signal.alarm(5)
        try:
            producer.alert_event("Hot", email="ada@example.com")
        except RuntimeError as error:
            assert "fork" in str(error)
            producer.__exit__()
            os._exit(7)
"""


class TestAProducerThatIsOpen:
    """Entered once more, it would lose the thread and the file that it has."""

    def test_is_not_opened_again(self, producer: BlockingProducer, data: Path, run: Run) -> None:
        with pytest.raises(RuntimeError, match="is open already"), producer:
            pass
        producer.alert_event("Hot", ADA, event_id="still open")
        assert ids(data, run) == ["still open"]

    def test_is_not_opened_again_with_asyncio(self, data: Path, run: Run) -> None:
        async def publish() -> None:
            async with Producer(data) as producer:
                with pytest.raises(RuntimeError, match="is open already"):
                    await producer.__aenter__()
                await producer.alert_event("Hot", ADA, event_id="still open")

        run(publish())
        assert ids(data, run) == ["still open"]

    def test_is_not_opened_by_two_at_once(self, data: Path, run: Run) -> None:
        producer = Producer(data)

        async def open_it() -> str:
            try:
                await producer.__aenter__()
            except RuntimeError as error:
                return str(error)
            return "opened"

        assert run(together(open_it(), open_it())) == ["opened", "the producer is open already"]
        run(producer.__aexit__())


class TestAProducerThatIsNotOpen:
    def publish_blocking(self, data: Path, run: Run) -> None:
        BlockingProducer(data).alert_event("Hot", ADA)

    def publish_asynchronously(self, data: Path, run: Run) -> None:
        run(Producer(data).alert_event("Hot", ADA))

    @pytest.mark.parametrize("publish", [publish_blocking, publish_asynchronously])
    def test_says_so(
        self, data: Path, run: Run, publish: Callable[[object, Path, Run], None]
    ) -> None:
        with pytest.raises(RuntimeError, match="not open"):
            publish(self, data, run)
        assert not data.exists()

    def test_says_so_after_a_fork_instead_of_waiting_for_ever(
        self, program: Program, run: Run
    ) -> None:
        ended = program.run(sys.executable, "-W", "ignore", "-c", FORKED)
        assert (ended.code, ended.err) == (0, "")
        assert ids(program.data, run) == ["of the parent"]

    def test_says_so_after_a_fork_while_another_thread_was_publishing(
        self, program: Program
    ) -> None:
        ended = program.run(sys.executable, "-W", "ignore", "-c", FORKED_IN_THE_MIDDLE)
        assert (ended.code, ended.err) == (0, "")

    def test_may_be_opened_again(self, data: Path, run: Run) -> None:
        producer = BlockingProducer(data)
        for event_id in ("first", "second"):
            with producer:
                producer.alert_event("Hot", ADA, event_id=event_id)
        assert ids(data, run) == ["first", "second"]
