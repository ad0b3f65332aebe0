"""What exactly does a relay see of an email?"""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from adapters.mail.message import build_message, message_id
from adapters.smtp.mail import as_data
from domain.outcome import Accepted, Deferred, NotFound, Rejected
from domain.recipient import Recipient
from tests.adapters.smtp.relay import ORIGINATOR, WITHOUT_PIPELINING, Relay, mail_for
from tests.contracts.given import begun
from tests.runner import Run
from tests.servers.smtp import EXTENSIONS, SmtpServer

SMUGGLED = [
    pytest.param(f"a{before}.{after}MAIL FROM:<eve@example.com>{after}", id=f"{before!r}.{after!r}")
    for before in ("\n", "\r", "\r\n")
    for after in ("\n", "\r", "\r\n")
]


class TestTheEnvelope:
    @pytest.mark.parametrize("extensions", [EXTENSIONS, WITHOUT_PIPELINING])
    def test_names_the_originator_and_the_recipient(
        self, run: Run, extensions: tuple[str, ...]
    ) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=extensions)) as relay:
                await relay.send(mail_for("ada@example.com"))
                [received] = relay.server.received
                size = len(received.message)
                assert received.mail == f"MAIL FROM:<no-reply@example.com> SIZE={size}"
                assert received.rcpt == "ada@example.com"

        run(scenario())

    def test_goes_in_one_segment_where_the_relay_offers_pipelining(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=("PIPELINING",))) as relay:
                await relay.send()
                [connection] = relay.server.connections
                segment = (
                    b"MAIL FROM:<no-reply@example.com>\r\nRCPT TO:<ada@example.com>\r\nDATA\r\n"
                )
                assert segment in connection.segments

        run(scenario())

    def test_waits_for_each_answer_where_it_does_not(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=())) as relay:
                await relay.send()
                [connection] = relay.server.connections
                _ehlo, *envelope, _message = connection.segments
                assert envelope == [
                    b"MAIL FROM:<no-reply@example.com>\r\n",
                    b"RCPT TO:<ada@example.com>\r\n",
                    b"DATA\r\n",
                ]

        run(scenario())

    @pytest.mark.parametrize(
        "address",
        [
            "ada@example.com>\r\nRCPT TO:<eve@example.com",
            "ada@example.com> SIZE=1",
            "ada\x00@example.com",
            "ada@example.com\u0085",
            "ada",
        ],
    )
    def test_is_not_begun_with_an_address_that_could_end_it(self, run: Run, address: str) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                odd = replace(begun(), recipient=Recipient(address, address))
                outcome = await relay.send(odd)
                assert isinstance(outcome, Rejected)
                assert outcome.rule == "smtp:no mail"
                assert relay.server.commands == []

        run(scenario())


class TestAnAddressInAnotherScript:
    def test_is_sent_where_the_relay_offers_smtputf8(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                assert isinstance(await relay.send(mail_for("jürgen@example.com")), Accepted)
                [received] = relay.server.received
                assert received.rcpt == "jürgen@example.com"
                assert received.mail.endswith(" BODY=8BITMIME SMTPUTF8")

        run(scenario())

    def test_is_the_recipients_failure_where_it_does_not(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=("PIPELINING",))) as relay:
                outcome = await relay.send(mail_for("jürgen@example.com"))
                assert isinstance(outcome, Rejected)
                assert outcome.rule == "smtp:no SMTPUTF8"
                assert isinstance(await relay.send(mail_for("ada@example.com")), Accepted)
                assert len(relay.server.connections) == 1

        run(scenario())


class TestTheMessage:
    def test_is_what_was_built_byte_for_byte(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                notification = mail_for(text=".\n..two\nthree\n.\n.")
                await relay.send(notification)
                [received] = relay.server.received
                assert received.message == build_message(notification, ORIGINATOR)

        run(scenario())

    @pytest.mark.parametrize("text", SMUGGLED)
    def test_is_one_message_whatever_it_says(self, run: Run, text: str) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                await relay.send(mail_for(text=text))
                await relay.send(mail_for(number=2))
                [connection] = relay.server.connections
                verbs = [command.split(" ")[0] for command in connection.commands]
                assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2]
                for received in relay.server.received:
                    ends = received.data.count(b"\r\n")
                    assert received.data.count(b"\n") == received.data.count(b"\r") == ends
                    assert b"\r\n.\r\n" not in received.data

        run(scenario())

    @pytest.mark.parametrize("message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n\n", b"\r\r\n"])
    def test_is_refused_with_a_line_end_that_relays_read_differently(self, message: bytes) -> None:
        with pytest.raises(ValueError, match="alone"):
            as_data(message)

    def test_ends_in_the_final_dot_even_without_a_line_end(self) -> None:
        assert as_data(b"a") == b"a\r\n.\r\n"
        assert as_data(b".") == b"..\r\n.\r\n"

    def test_that_cannot_be_written_is_rejected(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                notification = mail_for()
                event = replace(notification.event, text="\ud800")
                outcome = await relay.send(replace(notification, event=event))
                assert outcome == Rejected(
                    reason="no mail can be made of it (UnicodeEncodeError)", rule="smtp:no mail"
                )

        run(scenario())


class TestTheIdempotencyHeader:
    def test_is_left_out_unless_it_is_named(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                await relay.send()
                assert b"Idempotency" not in relay.server.received[0].data

        run(scenario())

    def test_is_the_same_for_each_attempt_of_a_generation(self, run: Run) -> None:
        async def scenario() -> None:
            name = "Resend-Idempotency-Key"
            async with Relay(idempotency_header=name) as relay:
                notification = begun()
                move = notification.last_move
                await relay.send(notification)
                await relay.send(replace(notification, last_move=replace(move, attempt=2)))
                await relay.send(replace(notification, last_move=replace(move, generation=2)))
                read = [
                    message_from_bytes(received.message, policy=policy.SMTP)
                    for received in relay.server.received
                ]
                first, again, replayed = (message[name] for message in read)
                assert first == again != replayed
                assert first in message_id(notification, ORIGINATOR)

        run(scenario())


class TestTheOptions:
    def test_may_name_a_table_of_replies(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "own.toml"
        file.write_text(
            '[[row]]\nname="ours"\ncodes=["550"]\noutcome="deferred"\nretry_after=7\nsource="us"'
        )

        async def scenario() -> None:
            async with Relay(own_replies=file) as relay:
                relay.server.will("rcpt", "550 no")
                outcome = await relay.send()
                assert isinstance(outcome, Deferred)
                assert outcome.rule == "smtp:ours"

        run(scenario())


class TestFinding:
    def test_knows_that_a_relay_cannot_be_asked(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                [finding] = await relay.sender.find([begun()])
                assert isinstance(finding, NotFound)
                assert relay.server.connections == []

        run(scenario())
