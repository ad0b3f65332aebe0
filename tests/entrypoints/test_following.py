"""Is somebody who follows an event told what happens, when it happens, and when it is over?"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.notification_store import MemoryNotificationStore
from entrypoints import exit_codes
from entrypoints.answers import Kept, Moved, NotAccepted, Sighted
from entrypoints.following import Happening, chapters_meant, follow
from tests.builders import SMS, a_begun_notification, a_failed_notification, an_event
from tests.entrypoints.program import Program
from tests.runner import Run

SECOND = timedelta(seconds=1)
PUBLISH = ["publish", "alert", "--email", "busy-1@simulator.tidings.test", "-m", "Hot"]


class TestAnEventThatIsOver:
    def test_is_told_to_its_end(self, told: Program) -> None:
        ended = told("show", "payment-refused", "--follow")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert "550 5.1.1" in ended.out
        assert ended.out.splitlines()[-1].startswith("sms to +15***04: FAILED")


class TestAnEventToCome:
    def test_is_waited_for_and_followed_to_its_end(self, program: Program) -> None:
        assert program(*PUBLISH, "--id", "before").code == exit_codes.DONE
        with program.running("show", "later", "--follow") as following:
            following.wait_until_it_says("waiting for it")
            assert program(*PUBLISH, "--id", "later").code == exit_codes.DONE
            assert program.with_(RETRY_DELAY_MS="10")("up", "--until-idle").code == exit_codes.DONE
            ended = following.end()
        assert ended.code == exit_codes.DONE
        assert "1 published event waits to be read" in ended.err
        for words in ("attempt 1 deferred", "attempt 2 taken", "SENT"):
            assert words in ended.out

    def test_is_told_to_a_machine_line_by_line(self, program: Program) -> None:
        assert program(*PUBLISH, "--id", "later").code == exit_codes.DONE
        with program.running("show", "later", "--follow", "--json") as following:
            following.wait_until(lambda: "notAccepted" in following.told_so_far())
            assert program.with_(RETRY_DELAY_MS="10")("up", "--until-idle").code == exit_codes.DONE
            ended = following.end()
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        shape = NotAccepted | Moved | Sighted | Kept
        first, *rest = [msgspec.json.decode(line, type=shape) for line in ended.out.splitlines()]
        assert first == NotAccepted(id="later", unread=1)
        moves = [each.move for each in rest if isinstance(each, Moved)]
        assert [move.number for move in moves] == list(range(1, len(moves) + 1))
        assert moves[-1].status == "SENT"

    def test_is_not_waited_for_where_there_is_no_data(self, program: Program) -> None:
        assert program("show", "x", "--follow").code == exit_codes.UNAVAILABLE

    def test_is_no_longer_waited_for_after_ctrl_c(self, program: Program) -> None:
        assert program(*PUBLISH).code == exit_codes.DONE
        with program.running("show", "later", "--follow") as following:
            following.wait_until_it_says("waiting for it")
            ended = following.stop(signal.SIGINT)
        assert ended.code == exit_codes.INTERRUPTED
        assert len(ended.err.splitlines()) == 1


class TestOneChannelThatIsDone:
    def test_is_not_all_if_the_other_has_not_read_the_event_yet(self, run: Run) -> None:
        database = Database()
        store = MemoryNotificationStore(database)
        clock = MemoryClock()
        refused = a_failed_notification()
        other = a_failed_notification(channel=SMS, event=refused.event)
        looks: list[Sequence[Happening]] = []

        async def follow_it() -> None:
            async for _, news in follow(
                MemoryNotificationHistory(database), clock, refused.event.id
            ):
                looks.append(news)

        async def scenario() -> None:
            await store.accept([refused], lease=None)
            following = asyncio.create_task(follow_it())
            await asyncio.wait({following}, timeout=0)
            assert len(looks) == 1
            clock.advance(SECOND)
            await asyncio.wait({following}, timeout=0)
            assert len(looks) == 2
            await store.accept([other], lease=None)
            clock.advance(SECOND)
            await asyncio.wait_for(following, timeout=10)

        run(scenario())
        first, second, third = looks
        assert {each.notification.channel for each in first} == {"email"}
        assert second == []
        assert {each.notification.channel for each in third} == {"sms"}


class TestAnId:
    @pytest.fixture
    def history(self, run: Run) -> MemoryNotificationHistory:
        database = Database()
        first = a_begun_notification(event=an_event(event_id="first"))
        beside = a_begun_notification(channel=SMS, event=first.event)
        rival = a_begun_notification(event=an_event(event_id=str(beside.id)))
        run(MemoryNotificationStore(database).accept([first, beside, rival], lease=None))
        return MemoryNotificationHistory(database)

    def test_of_an_event_means_all_of_it(
        self, history: MemoryNotificationHistory, run: Run
    ) -> None:
        meant = run(chapters_meant(history, "first"))
        assert [each.notification.channel for each in meant] == ["email", "sms"]

    def test_of_a_notification_means_that_one(
        self, history: MemoryNotificationHistory, run: Run
    ) -> None:
        email, _ = run(chapters_meant(history, "first"))
        assert run(chapters_meant(history, str(email.notification.id))) == [email]

    def test_of_both_means_the_event(self, history: MemoryNotificationHistory, run: Run) -> None:
        _, sms = run(chapters_meant(history, "first"))
        [meant] = run(chapters_meant(history, str(sms.notification.id)))
        assert meant.notification.event.id == str(sms.notification.id)

    @pytest.mark.parametrize("id_", ["second", "", "00000000-0000-0000-0000-000000000000"])
    def test_may_mean_nothing(self, history: MemoryNotificationHistory, run: Run, id_: str) -> None:
        assert run(chapters_meant(history, id_)) == []
