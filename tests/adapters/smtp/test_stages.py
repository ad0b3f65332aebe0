"""How far had a hand-over come when it failed, and is that told apart?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from tests.adapters.smtp.relay import WITHOUT_PIPELINING, Relay, impatient, mail_for
from tests.runner import Run
from tests.servers.smtp import EXTENSIONS, Act, SmtpServer

BOTH_WAYS = pytest.mark.parametrize(
    "extensions",
    [
        pytest.param(EXTENSIONS, id="with PIPELINING"),
        pytest.param(WITHOUT_PIPELINING, id="one by one"),
    ],
)
BEFORE = ["mail", "rcpt", "data"]
NONSENSE = ["hello", "", "25", "abc ok", "250-ok\r\n251 ok", "999 ok", "100 ok", "x" * 40_000]


@BOTH_WAYS
class TestContactLost:
    @pytest.mark.parametrize("how", [Act.DROP, Act.RESET])
    @pytest.mark.parametrize("stage", BEFORE)
    def test_before_the_final_dot_leaves_nothing_with_the_relay(
        self, run: Run, extensions: tuple[str, ...], stage: str, how: Act
    ) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=extensions)) as relay:
                relay.server.will(stage, how)
                outcome = await relay.send()
                assert isinstance(outcome, Deferred)
                assert outcome.rule == "smtp:lost before the final dot"
                assert relay.server.received == []

        run(scenario())

    @pytest.mark.parametrize("how", [Act.DROP, Act.RESET])
    def test_after_the_final_dot_leaves_it_unknown(
        self, run: Run, extensions: tuple[str, ...], how: Act
    ) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=extensions)) as relay:
                relay.server.will("dot", how)
                outcome = await relay.send()
                assert isinstance(outcome, Unknown)
                assert outcome.rule == "smtp:lost after the final dot"

        run(scenario())


@BOTH_WAYS
class TestARelayThatHangs:
    @pytest.mark.parametrize("stage", BEFORE)
    def test_before_the_final_dot_is_not_waited_for(
        self, run: Run, extensions: tuple[str, ...], stage: str
    ) -> None:
        async def scenario() -> None:
            impatience = impatient("command")
            async with Relay(SmtpServer(extensions=extensions), patience=impatience) as relay:
                relay.server.will_always(stage, Act.HANG)
                outcome = await relay.send()
                assert isinstance(outcome, Deferred)
                assert outcome.reason == "no answer in time"

        run(scenario())

    def test_at_the_final_dot_leaves_it_unknown(
        self, run: Run, extensions: tuple[str, ...]
    ) -> None:
        async def scenario() -> None:
            impatience = impatient("final_dot")
            async with Relay(SmtpServer(extensions=extensions), patience=impatience) as relay:
                relay.server.will("dot", Act.HANG)
                assert isinstance(await relay.send(), Unknown)

        run(scenario())

    def test_after_a_refusal_does_not_hide_it(self, run: Run, extensions: tuple[str, ...]) -> None:
        async def scenario() -> None:
            impatience = impatient("command")
            async with Relay(SmtpServer(extensions=extensions), patience=impatience) as relay:
                relay.server.will("rcpt", "550 5.1.1 no such user")
                relay.server.will_always("data", Act.HANG)
                relay.server.will_always("rset", Act.HANG)
                outcome = await relay.send()
                assert isinstance(outcome, Rejected)
                assert outcome.rule == "smtp:no such mailbox"

        run(scenario())


@BOTH_WAYS
class TestNonsense:
    @pytest.mark.parametrize("said", NONSENSE, ids=lambda said: repr(said[:20]))
    def test_before_the_final_dot_defers(
        self, run: Run, extensions: tuple[str, ...], said: str
    ) -> None:
        async def scenario() -> None:
            impatience = impatient("command")
            async with Relay(SmtpServer(extensions=extensions), patience=impatience) as relay:
                relay.server.will("rcpt", said)
                assert isinstance(await relay.send(), Deferred)
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)
                assert len(relay.server.connections) == 2

        run(scenario())

    @pytest.mark.parametrize("said", [*NONSENSE, "354 more"], ids=lambda said: repr(said[:20]))
    def test_after_the_final_dot_leaves_it_unknown(
        self, run: Run, extensions: tuple[str, ...], said: str
    ) -> None:
        async def scenario() -> None:
            impatience = impatient("final_dot")
            async with Relay(SmtpServer(extensions=extensions), patience=impatience) as relay:
                relay.server.will("dot", said)
                assert isinstance(await relay.send(), Unknown)

        run(scenario())


@BOTH_WAYS
class TestARefusal:
    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
    @pytest.mark.parametrize(
        ("said", "kinds"),
        [
            ("421 4.3.2 closing", (ProviderDown,)),
            ("451 4.3.0 later", (Deferred, ProviderDown)),
            ("554 5.5.0 never", (Rejected, ProviderDown)),
        ],
    )
    def test_is_told_apart_at_every_stage(
        self,
        run: Run,
        extensions: tuple[str, ...],
        stage: str,
        said: str,
        kinds: tuple[type[Outcome], ...],
    ) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=extensions)) as relay:
                relay.server.will(stage, said)
                outcome = await relay.send()
                assert isinstance(outcome, kinds)
                assert outcome.reason == said
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)

        run(scenario())

    def test_of_the_recipient_is_not_overruled_by_a_relay_that_wants_the_message_all_the_same(
        self, run: Run, extensions: tuple[str, ...]
    ) -> None:
        async def scenario() -> None:
            async with Relay(SmtpServer(extensions=extensions)) as relay:
                relay.server.will("rcpt", "550 5.1.1 no such user")
                relay.server.will("data", "354 go on")
                assert isinstance(await relay.send(), Rejected)
                assert relay.server.received == []

        run(scenario())


class TestAMessageThatTheRelayDoesNotRead:
    """It is long enough that neither kernel keeps all of it."""

    def test_was_not_handed_over(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(patience=impatient("data_block")) as relay:
                relay.server.stops_reading_at_data = True
                notification = mail_for()
                long = replace(notification.event, text="and so on\n" * 2_000_000)
                outcome = await relay.send(replace(notification, event=long))
                assert isinstance(outcome, Deferred)
                assert outcome.rule == "smtp:lost before the final dot"

        run(scenario())


class TestARelayAtTheDoor:
    @pytest.mark.parametrize("what", ["421 4.3.2 full", "554 5.7.1 go away", Act.DROP, "hello"])
    def test_that_does_not_greet_is_down(self, run: Run, what: str | Act) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will("connect", what)
                assert isinstance(await relay.send(), ProviderDown)

        run(scenario())

    def test_that_is_not_there_is_down(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                await relay.server.stop()
                outcome = await relay.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.rule == "smtp:cannot be reached"

        run(scenario())

    def test_that_hangs_is_down(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(patience=impatient("opening")) as relay:
                relay.server.will("connect", Act.HANG)
                assert isinstance(await relay.send(), ProviderDown)

        run(scenario())

    def test_that_knows_no_ehlo_is_greeted_in_the_old_way(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will("ehlo", "502 5.5.1 what?")
                assert isinstance(await relay.send(), Accepted)
                assert relay.server.commands[:2] == ["EHLO example.com", "HELO example.com"]

        run(scenario())

    def test_is_asked_who_it_is_by_whoever_checks_the_settings(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                assert await relay.sender.knock() is None
                assert relay.server.received == []
                await relay.server.stop()
                assert isinstance(await relay.sender.knock(), ProviderDown)

        run(scenario())


class TestACutOff:
    @pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "dot"])
    def test_closes_the_connection(self, run: Run, stage: str) -> None:
        """A reply that is still to come would be taken for the next mail's."""

        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will(stage, Act.HANG)
                hand_over = asyncio.ensure_future(relay.send())
                await relay.server.reached(stage)
                hand_over.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await hand_over
                relay.server.let_go()
                relay.server.will("rcpt", "550 5.1.1 no such user", to="grace@example.com")
                assert isinstance(await relay.send(mail_for("grace@example.com")), Rejected)
                assert len(relay.server.connections) == 2

        run(scenario())
