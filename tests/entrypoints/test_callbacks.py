"""Does what Twilio posts to a running program reach the story, and nothing that others post?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from domain.move import Move
from domain.status import Status
from entrypoints.api.running import serve_api
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.serving import listen
from tests.runner import Run
from tests.servers.twilio import Callback, Message, TwilioServer, callback

TOKEN = "not-a-secret"
HOST = "127.0.0.1"
TOLD = {
    "eventId": "order-1",
    "messageType": "ALERT_RAISED",
    "payload": {"phoneNumber": "+15551234567", "message": "Your parcel has arrived"},
}


@dataclass(frozen=True, slots=True)
class Program:
    """It has told Grace by SMS, and listens."""

    tidings: Tidings
    message: Message
    port: int

    async def post(self, said: Callback) -> int:
        return await said.post(HOST, self.port)

    def said(self, status: str, *, auth_token: str = TOKEN, code: int | None = None) -> Callback:
        return callback(self.message, status, auth_token=auth_token, code=code)

    async def trail(self) -> list[Move]:
        [chapter] = await self.tidings.history.story("order-1")
        return list(chapter.trail)


@asynccontextmanager
async def running(folder: Path, **settings: object) -> AsyncIterator[Program]:
    twilio = await TwilioServer().start()
    loaded = load_settings(
        tidings_data=folder / "data",
        sms_provider="twilio",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_from="+15550001111",
        twilio_base_url=twilio.url,
        twilio_callback_key="not a secret either",
        **{
            "twilio_status_callback": "https://tidings.example.com/v1/callbacks/twilio",
            **settings,
        },
    )
    stopping = asyncio.Event()
    async with open_tidings(loaded, Purpose.WORK, channels=["sms"]) as tidings:
        await tidings.publish_events([json.dumps(TOLD).encode()], as_they_are=True)
        await tidings.lanes.turn()
        listening = listen(HOST, 0, setting="API_PORT")
        serving = asyncio.create_task(serve_api(loaded, tidings, listening, stopping))
        yield Program(tidings, twilio.messages[0], listening.getsockname()[1])
        stopping.set()
        await serving
        await tidings.lanes.leave()
    await twilio.stop()


class TestACallback:
    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("sent", Status.SENT),
            ("delivered", Status.DELIVERED),
            ("undelivered", Status.FAILED),
        ],
    )
    def test_moves_what_it_is_about(
        self, tmp_path: Path, run: Run, word: str, status: Status
    ) -> None:
        async def scenario() -> None:
            async with running(tmp_path) as program:
                assert await program.post(program.said(word)) == 204
                assert (await program.trail())[-1].status is status

        run(scenario())

    def test_is_told_in_the_story_once_however_often_it_comes(
        self, tmp_path: Path, run: Run
    ) -> None:
        async def scenario() -> None:
            async with running(tmp_path) as program:
                said = program.said("undelivered", code=30003)
                assert [await program.post(said) for _ in range(3)] == [204] * 3
                *_, last = await program.trail()
                assert (last.number, last.by) == (3, "a receipt")
                assert last.words == "undelivered, error 30003"
                assert last.rule == "twilio:unreachable"

        run(scenario())

    def test_of_somebody_else_is_refused(self, tmp_path: Path, run: Run) -> None:
        async def scenario() -> None:
            async with running(tmp_path) as program:
                said = program.said("delivered")
                assert await program.post(program.said("delivered", auth_token="guessed")) == 403
                assert await program.post(replace(said, signature="")) == 403
                changed = said.url.replace("attempt=1", "attempt=2")
                assert await program.post(replace(said, url=changed)) == 403
                assert (await program.trail())[-1].status is Status.SENT

        run(scenario())

    def test_that_is_none_is_refused(self, tmp_path: Path, run: Run) -> None:
        async def scenario() -> None:
            async with running(tmp_path) as program:
                said = program.said("delivered")
                assert await program.post(replace(said, form=b"\xff")) == 400

        run(scenario())

    def test_leads_nowhere_where_twilio_was_given_no_url(self, tmp_path: Path, run: Run) -> None:
        async def scenario() -> None:
            async with running(tmp_path, twilio_status_callback="") as program:
                said = replace(program.said("sent"), url="https://a.b/v1/callbacks/twilio?a=b")
                assert await program.post(said) == 404

        run(scenario())
