"""What exactly does Twilio see of an SMS, and what do its answers lead to?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from adapters.twilio.callback import CallbackUrl
from adapters.twilio.options import TwilioOptions
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from tests.adapters.twilio.api import ACCOUNT, FROM, GRACE, SID, SOON, TOKEN, Twilio, sms_for
from tests.runner import Run
from tests.servers.twilio import Act, Answer, Reply, problem, refusal

SERVICE = "MG" + "1" * 32


class TestTheRequest:
    def test_says_to_whom_what_and_from_whom(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                outcome = await twilio.send(sms_for(text="Grüße\r\nund mehr"))
                [request] = twilio.server.posts
                assert request.path == f"/2010-04-01/Accounts/{SID}/Messages.json"
                assert request.form == {"To": GRACE, "From": FROM, "Body": "Grüße\nund mehr"}
                assert request.credentials == f"{SID}:{TOKEN}"
                [message] = twilio.server.messages
                assert outcome == Accepted(
                    reason="taken, 1 segment(s)", rule="twilio:taken", provider_id=message.sid
                )

        run(scenario())

    def test_may_come_from_a_messaging_service(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio(from_number=None, messaging_service_sid=SERVICE) as twilio:
                await twilio.send()
                [request] = twilio.server.posts
                assert request.form["MessagingServiceSid"] == SERVICE
                assert "From" not in request.form

        run(scenario())

    def test_may_be_made_with_an_api_key(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio(auth_token=None, api_key="SK1", api_secret="its secret") as twilio:
                await twilio.send()
                [request] = twilio.server.posts
                assert request.path.startswith(f"/2010-04-01/Accounts/{SID}/")
                assert request.credentials == "SK1:its secret"

        run(scenario())

    def test_tells_where_receipts_are_wanted(self, run: Run) -> None:
        async def scenario() -> None:
            callback = CallbackUrl("https://tidings.example.com/receipts", b"a key")
            async with Twilio(callback=callback) as twilio:
                notification = sms_for()
                await twilio.send(notification)
                [request] = twilio.server.posts
                read = callback.read(request.form["StatusCallback"])
                assert read is not None
                assert (read.notification_id, read.attempt) == (notification.id, 1)

        run(scenario())

    def test_is_not_led_elsewhere_by_the_environment(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TWILIO_REGION", "au1")
        monkeypatch.setenv("TWILIO_EDGE", "sydney")

        async def scenario() -> None:
            async with Twilio() as twilio:
                assert isinstance(await twilio.send(), Accepted)

        run(scenario())


class TestWhatIsNotEvenAsked:
    @pytest.mark.parametrize(
        ("number", "is_told"),
        [("+15551234567", True), ("+447900900123", True), ("+442079460000", False)],
    )
    def test_is_for_a_country_that_is_not_allowed(
        self, run: Run, number: str, is_told: bool
    ) -> None:
        async def scenario() -> None:
            async with Twilio(allowed_prefixes=("+1", "+447")) as twilio:
                outcome = await twilio.send(sms_for(number))
                assert len(twilio.server.posts) == is_told
                if not is_told:
                    assert isinstance(outcome, Rejected)
                    assert outcome.rule == "twilio:prefix not allowed"

        run(scenario())

    @pytest.mark.parametrize(("length", "is_told"), [(306, True), (307, False)])
    def test_is_longer_than_it_may_be(self, run: Run, length: int, is_told: bool) -> None:
        async def scenario() -> None:
            async with Twilio(most_segments=2) as twilio:
                outcome = await twilio.send(sms_for(text="a" * length))
                assert len(twilio.server.posts) == is_told
                if not is_told:
                    assert outcome == Rejected(
                        reason="3 segments (at most 2)", rule="twilio:too many segments"
                    )

        run(scenario())

    def test_says_nothing(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                assert isinstance(await twilio.send(sms_for(text="\x00\x01 ")), Rejected)
                assert twilio.server.posts == []

        run(scenario())


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("answer", "kind", "rule"),
        [
            (
                refusal(400, 21211, f"The 'To' number {GRACE} is not valid"),
                Rejected,
                "invalid number",
            ),
            (problem(400, 21211, "Invalid", "no such number"), Rejected, "invalid number"),
            (refusal(400, 60200, "something new"), Rejected, "refused"),
            (refusal(401, 20003, "Authenticate"), ProviderDown, "credentials, by its code"),
            (refusal(429, 20429, "slow down"), Deferred, "too many requests, by its code"),
            (Reply(status=429, body="slow down"), Deferred, "too many requests"),
            (refusal(500, 20500, "oh dear"), Unknown, "in trouble"),
            (Reply(status=502, body="<html>Bad gateway</html>"), Unknown, "in trouble"),
            (Reply(status=503, body='{"code": 20'), Unknown, "in trouble"),
            (Reply(status=400, body="[]"), Rejected, "refused"),
            (Reply(status=400, body='{"code": "x", "message": null}'), Rejected, "refused"),
            (Reply(status=200, body="<html>log in to the network</html>"), Unknown, "no answer"),
            (Reply(status=201, body='{"sid": null}'), Unknown, "no answer"),
            (Reply(status=201, body="[]"), Unknown, "no answer"),
            (Reply(status=201, body="\ufeff{"), Unknown, "no answer"),
            (Reply(status=302, body="", headers={"Location": "/"}), ProviderDown, "not Twilio"),
            (Act.RESET, Unknown, "no answer"),
            (Act.DROP, Unknown, "no answer"),
            (Act.HALF, Unknown, "no answer"),
            (Act.RESET_AFTER_TAKING, Unknown, "no answer"),
        ],
    )
    def test_leads_to_an_outcome_and_to_no_second_request(
        self, run: Run, answer: Answer, kind: type[Outcome], rule: str
    ) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                await twilio.send(sms_for("+15550000000"))
                twilio.server.will(answer, to=GRACE)
                outcome = await twilio.send()
                assert isinstance(outcome, kind)
                assert outcome.rule == f"twilio:{rule}"
                assert len(twilio.server.posts) == 2
                assert isinstance(await twilio.send(), Accepted)

        run(scenario())

    @pytest.mark.parametrize("header", ["7", "0", "99999999999999999999"])
    def test_may_say_when_to_come_back(self, run: Run, header: str) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will(refusal(429, 20429, "slow down", Retry_After=header))
                outcome = await twilio.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.retry_after is not None
                longest = timedelta(days=30)
                assert outcome.retry_after == min(timedelta(seconds=int(header[:9])), longest)

        run(scenario())

    @pytest.mark.parametrize("header", ["soon", "-1", "", "1.5", "\u0661"])
    def test_may_say_it_in_a_way_that_nobody_reads(self, run: Run, header: str) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will(refusal(429, 20429, "slow down", Retry_After=header))
                outcome = await twilio.send()
                assert isinstance(outcome, Deferred)
                assert outcome.retry_after is None

        run(scenario())


class TestNoAnswer:
    @pytest.mark.parametrize("how", [Act.HANG, Act.HANG_AFTER_TAKING])
    def test_is_not_waited_for_for_ever(self, run: Run, how: Act) -> None:
        async def scenario() -> None:
            async with Twilio(patience=SOON) as twilio:
                twilio.server.will_always(how)
                outcome = await twilio.send()
                assert isinstance(outcome, Unknown)

        run(scenario())

    def test_because_nobody_is_there_is_the_providers_affair(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                await twilio.server.stop()
                outcome = await twilio.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.rule == "twilio:cannot be reached"

        run(scenario())

    def test_because_it_was_cut_off_leaves_the_next_one_its_own(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will(Act.HANG, to=GRACE)
                hand_over = asyncio.ensure_future(twilio.send())
                await twilio.server.reached()
                hand_over.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await hand_over
                outcome = await twilio.send(sms_for("+15550000000"))
                assert isinstance(outcome, Accepted)
                assert twilio.server.connections == 2

        run(scenario())


class TestTheOptions:
    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"auth_token": None}, id="no credentials"),
            pytest.param({"api_key": "SK1"}, id="a key without its secret"),
            pytest.param({"api_key": "SK1", "api_secret": "s"}, id="a key and a token"),
            pytest.param({"from_number": None}, id="from nobody"),
            pytest.param({"messaging_service_sid": SERVICE}, id="from two"),
            pytest.param({"most_segments": 0}, id="no segment"),
            pytest.param({"allowed_prefixes": ("44",)}, id="a prefix without its plus"),
        ],
    )
    def test_are_refused_if_they_cannot_be_meant(self, wrong: dict[str, Any]) -> None:
        given = {**ACCOUNT, **wrong}
        with pytest.raises(ValueError, match=r"\w"):
            TwilioOptions(**given)

    def test_show_no_secret(self) -> None:
        options = TwilioOptions(account_sid=SID, api_key="SK1", api_secret="hush", from_number=FROM)
        assert "hush" not in repr(options)
        assert TOKEN not in repr(TwilioOptions(**ACCOUNT))
