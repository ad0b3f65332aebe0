"""Does anything that is logged or said say who was told what, or a secret?"""

from __future__ import annotations

import asyncio
import logging

import pytest

from adapters.smtp.options import Tls
from domain.masking import masked
from domain.outcome import Accepted, Outcome
from tests.adapters.smtp.relay import PATIENT, Relay, impatient, mail_for
from tests.runner import Run
from tests.servers.authority import Authority
from tests.servers.smtp import Act, Answer, SmtpServer

ADDRESS, BODY = "canary-7f3a@example.com", "canary-body-91be"
USER, PASSWORD = "canary-user-55d0", "canary-password-02ac"
CANARIES = (ADDRESS, "canary-7f3a", BODY, USER, PASSWORD)

ANSWERS: list[tuple[str, Answer]] = [
    ("rcpt", "250 ok"),
    ("connect", Act.DROP),
    ("ehlo", Act.DROP),
    ("auth", f"535 5.7.8 {USER} is not {PASSWORD}"),
    ("auth", Act.DROP),
    ("mail", Act.RESET),
    ("rcpt", f"550 5.1.1 <{ADDRESS}>: no such user"),
    ("rcpt", f"hello {ADDRESS}"),
    ("data", Act.DROP),
    ("dot", Act.RESET),
    ("dot", Act.HANG),
    ("dot", f"250 2.0.0 {ADDRESS} queued as 1"),
]


class TestWhatIsLogged:
    @pytest.mark.parametrize(("stage", "answer"), ANSWERS, ids=str)
    def test_holds_no_address_no_body_and_no_secret(
        self, run: Run, caplog: pytest.LogCaptureFixture, stage: str, answer: Answer
    ) -> None:
        authority = Authority()

        async def scenario() -> Outcome:
            asyncio.get_running_loop().set_debug(True)
            server = SmtpServer(tls=authority.server(), implicit_tls=True, login=("PLAIN",))
            async with Relay(
                server,
                tls=Tls.IMPLICIT,
                tls_context=authority.client(),
                user=USER,
                password=PASSWORD,
                patience=impatient("final_dot") if answer is Act.HANG else PATIENT,
            ) as relay:
                server.will(stage, answer)
                return await relay.send(mail_for(ADDRESS, text=BODY))

        caplog.set_level(logging.DEBUG)
        outcome = run(scenario())
        assert isinstance(outcome, Accepted) is (isinstance(answer, str) and answer[0] == "2")
        for canary in CANARIES:
            assert canary not in caplog.text
            assert canary not in masked(outcome.reason, recipient=ADDRESS)
            assert canary not in outcome.rule
        assert USER not in outcome.reason
        assert PASSWORD not in outcome.reason
