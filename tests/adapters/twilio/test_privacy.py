"""Does anything that is logged or said say who was told what, or a secret?"""

from __future__ import annotations

import asyncio
import logging

import pytest

from domain.masking import masked
from domain.outcome import Outcome
from tests.adapters.twilio.api import Twilio, sms_for
from tests.runner import Run
from tests.servers.twilio import Act, Answer, problem, refusal

NUMBER, BODY, TOKEN = "+15559376421", "canary-body-91be", "canary-token-02ac"
CANARIES = (NUMBER, NUMBER[1:], BODY, TOKEN)

ANSWERS: list[Answer] = [
    refusal(400, 21211, f"The 'To' number {NUMBER} is not a valid phone number: {BODY}"),
    problem(400, 21211, "Invalid", f"{NUMBER} is none"),
    refusal(500, 20500, "oh dear"),
    Act.RESET,
    Act.HALF,
    Act.RESET_AFTER_TAKING,
]


class TestWhatIsLogged:
    @pytest.mark.parametrize("answer", ANSWERS)
    def test_holds_no_number_no_body_and_no_secret(
        self, run: Run, caplog: pytest.LogCaptureFixture, answer: Answer
    ) -> None:
        async def scenario() -> Outcome:
            asyncio.get_running_loop().set_debug(True)
            async with Twilio(auth_token=TOKEN) as twilio:
                twilio.server.will(answer)
                outcome = await twilio.send(sms_for(NUMBER, text=BODY))
                await twilio.find(sms_for(NUMBER, text=BODY))
                return outcome

        caplog.set_level(logging.DEBUG)
        outcome = run(scenario())
        for canary in CANARIES:
            assert canary not in caplog.text
            assert canary not in outcome.rule
            assert canary not in masked(outcome.reason, recipient=NUMBER)
