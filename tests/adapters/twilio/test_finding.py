"""What became of an SMS whose answer was lost?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.outcome import Found, NotFound, Unknown
from tests.adapters.twilio.api import GRACE, SOON, Twilio, sms_for
from tests.contracts.given import NOW
from tests.runner import Run
from tests.servers.twilio import Act, Answer, Reply

BODY = "Your parcel has arrived"


class TestFinding:
    def test_finds_the_one_that_was_taken(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will(Act.RESET_AFTER_TAKING)
                assert isinstance(await twilio.send(), Unknown)
                [message] = twilio.server.messages
                finding = await twilio.find()
                assert finding == Found(provider_id=message.sid, reason="Twilio has it: queued")
                request = twilio.server.requests[-1]
                assert request.query["To"] == GRACE
                assert request.query["DateSent>"] == f"{NOW - timedelta(seconds=2):%FT%TZ}"

        run(scenario())

    def test_finds_none_where_none_was_taken(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will(Act.RESET)
                assert isinstance(await twilio.send(), Unknown)
                assert isinstance(await twilio.find(), NotFound)

        run(scenario())

    def test_reads_a_text_as_it_was_sent(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                odd = sms_for(text="\x07 one\r\ntwo ")
                await twilio.send(odd)
                assert isinstance(await twilio.find(odd), Found)

        run(scenario())

    @pytest.mark.parametrize(
        ("others", "is_found"),
        [
            pytest.param([{}], True, id="at the same moment"),
            pytest.param([{"at": NOW + timedelta(seconds=90)}], True, id="a little later"),
            pytest.param([{"at": NOW - timedelta(seconds=4)}], False, id="before the attempt"),
            pytest.param([{"at": NOW + timedelta(minutes=3)}], False, id="long after it"),
            pytest.param([{"body": "Another text"}], False, id="another text"),
            pytest.param([{"direction": "inbound"}], False, id="from that number"),
            pytest.param([{"to": "+15550000000"}], False, id="to another number"),
            pytest.param([{}, {}], False, id="two of them"),
            pytest.param([{}, {"body": "Another text"}], True, id="one of two"),
        ],
    )
    def test_takes_only_one_that_the_attempt_can_have_made(
        self, run: Run, others: list[dict[str, object]], is_found: bool
    ) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                for other in others:
                    twilio.server.has(**{"to": GRACE, "body": BODY, "at": NOW, **other})  # type: ignore[arg-type]
                assert isinstance(await twilio.find(), Found) is is_found

        run(scenario())

    def test_gives_one_message_to_no_two_attempts(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.has(to=GRACE, body=BODY, at=NOW)
                both = [sms_for(event_id="event-1"), sms_for(event_id="event-2")]
                findings = await twilio.sender.find(both)
                assert [type(finding) for finding in findings] == [NotFound, NotFound]

        run(scenario())

    @pytest.mark.parametrize(
        "answer",
        [
            Reply(status=500, body="oh dear"),
            Reply(status=200, body="<html>"),
            Reply(status=200, body='{"messages": [{}, {"sid": "SM1"}, {"sid": 1}]}'),
            Reply(status=200, body='{"messages": 7}'),
            Reply(status=200, body='{"messages": [null]}'),
            Act.RESET,
        ],
    )
    def test_finds_none_where_twilio_cannot_be_understood(self, run: Run, answer: Answer) -> None:
        async def scenario() -> None:
            async with Twilio() as twilio:
                twilio.server.will_list(*[answer] * 3)
                assert isinstance(await twilio.find(), NotFound)

        run(scenario())

    def test_does_not_wait_for_ever(self, run: Run) -> None:
        async def scenario() -> None:
            async with Twilio(patience=SOON) as twilio:
                twilio.server.will_list(Act.HANG)
                assert isinstance(await twilio.find(), NotFound)

        run(scenario())
