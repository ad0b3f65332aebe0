"""Is the relay who it says it is, and who hears the password?"""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from adapters.smtp.options import SmtpOptions, Tls
from domain.outcome import Accepted, ProviderDown
from tests.adapters.smtp.relay import ORIGINATOR, Relay
from tests.runner import Run
from tests.servers.authority import Authority
from tests.servers.smtp import EXTENSIONS, SmtpServer

USER, PASSWORD = "tidings", "correct horse battery staple"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def relay_with(
    tls: Tls,
    *,
    server: ssl.SSLContext,
    client: ssl.SSLContext,
    login: tuple[str, ...] = (),
    extensions: tuple[str, ...] = EXTENSIONS,
) -> Relay:
    credentials: dict[str, Any] = {"user": USER, "password": PASSWORD} if login else {}
    return Relay(
        SmtpServer(
            tls=server, implicit_tls=tls is Tls.IMPLICIT, login=login, extensions=extensions
        ),
        tls=tls,
        tls_context=client,
        **credentials,
    )


SECURE = pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])


@SECURE
class TestTls:
    @pytest.mark.parametrize("extensions", [EXTENSIONS, ()])
    def test_carries_mails(
        self, run: Run, authority: Authority, tls: Tls, extensions: tuple[str, ...]
    ) -> None:
        async def scenario() -> None:
            async with relay_with(
                tls, server=authority.server(), client=authority.client(), extensions=extensions
            ) as relay:
                assert isinstance(await relay.send(), Accepted)
                assert isinstance(await relay.send(), Accepted)
                [connection] = relay.server.connections
                assert connection.is_secure
                assert connection.commands[-6:] == [
                    *connection.commands[-3:],
                    *connection.commands[-3:],
                ]

        run(scenario())

    def test_refuses_a_relay_that_nobody_vouches_for(
        self, run: Run, authority: Authority, tls: Tls
    ) -> None:
        async def scenario() -> None:
            async with relay_with(
                tls, server=Authority().server(), client=authority.client()
            ) as relay:
                await self.refuses(relay)

        run(scenario())

    def test_refuses_a_relay_of_another_name(
        self, run: Run, authority: Authority, tls: Tls
    ) -> None:
        async def scenario() -> None:
            async with relay_with(
                tls, server=authority.server("mail.example.com"), client=authority.client()
            ) as relay:
                await self.refuses(relay)

        run(scenario())

    def test_trusts_by_default_whom_the_machine_trusts(
        self, run: Run, authority: Authority, tls: Tls
    ) -> None:
        async def scenario() -> None:
            server = SmtpServer(tls=authority.server(), implicit_tls=tls is Tls.IMPLICIT)
            async with Relay(server, tls=tls) as relay:
                await self.refuses(relay)

        run(scenario())

    def test_tells_the_password_only_within(self, run: Run, authority: Authority, tls: Tls) -> None:
        async def scenario() -> None:
            async with relay_with(
                tls, server=authority.server(), client=authority.client(), login=("PLAIN",)
            ) as relay:
                assert isinstance(await relay.send(), Accepted)
                verbs = [command.split(" ")[0] for command in relay.server.commands]
                before = ["EHLO", "STARTTLS"] if tls is Tls.STARTTLS else []
                assert verbs == [*before, "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]

        run(scenario())

    async def refuses(self, relay: Relay) -> None:
        outcome = await relay.send()
        assert isinstance(outcome, ProviderDown)
        assert outcome.rule == "smtp:no TLS"
        assert outcome.needs_operator
        assert not any(command.startswith("MAIL") for command in relay.server.commands)


class TestStarttls:
    def test_that_is_not_offered_is_not_done_without(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(tls=Tls.STARTTLS) as relay:
                outcome = await relay.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.rule == "smtp:no TLS"
                assert relay.server.commands == ["EHLO example.com"]

        run(scenario())

    def test_that_is_refused_is_not_done_without(self, run: Run, authority: Authority) -> None:
        async def scenario() -> None:
            async with relay_with(
                Tls.STARTTLS, server=authority.server(), client=authority.client()
            ) as relay:
                relay.server.will("starttls", "454 4.7.0 not now")
                outcome = await relay.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.rule == "smtp:TLS refused"

        run(scenario())

    def test_forgets_what_was_said_before_it(self, run: Run, authority: Authority) -> None:
        """Whoever sits in between can say what they like before TLS (RFC 3207 4.2)."""

        async def scenario() -> None:
            async with relay_with(
                Tls.STARTTLS, server=authority.server(), client=authority.client(), extensions=()
            ) as relay:
                relay.server.will("ehlo", "250-relay\r\n250-PIPELINING\r\n250 STARTTLS")
                relay.server.will("starttls", "220 go ahead\r\n250-relay\r\n250 PIPELINING")
                assert isinstance(await relay.send(), Accepted)
                [connection] = relay.server.connections
                assert b"DATA\r\n" in connection.segments

        run(scenario())


class TestLoggingIn:
    @pytest.mark.parametrize("method", ["PLAIN", "LOGIN", "CRAM-MD5"])
    def test_works_in_each_way(self, run: Run, authority: Authority, method: str) -> None:
        async def scenario() -> None:
            async with relay_with(
                Tls.IMPLICIT, server=authority.server(), client=authority.client(), login=(method,)
            ) as relay:
                assert isinstance(await relay.send(), Accepted)
                assert any(one.startswith(f"AUTH {method}") for one in relay.server.commands)

        run(scenario())

    @pytest.mark.parametrize(
        ("said", "needs_operator"),
        [("535 5.7.8 wrong", True), ("454 4.7.0 temporary failure", False), ("550 no", True)],
    )
    def test_that_fails_is_the_providers_affair(
        self, run: Run, authority: Authority, said: str, needs_operator: bool
    ) -> None:
        async def scenario() -> None:
            async with relay_with(
                Tls.IMPLICIT, server=authority.server(), client=authority.client(), login=("PLAIN",)
            ) as relay:
                relay.server.will("auth", said)
                outcome = await relay.send()
                assert isinstance(outcome, ProviderDown)
                assert outcome.needs_operator is needs_operator

        run(scenario())

    def test_where_nobody_asks_for_a_name_is_the_operators_affair(
        self, run: Run, authority: Authority
    ) -> None:
        async def scenario() -> None:
            server = SmtpServer(tls=authority.server(), implicit_tls=True)
            async with Relay(
                server,
                tls=Tls.IMPLICIT,
                tls_context=authority.client(),
                user=USER,
                password=PASSWORD,
            ) as relay:
                assert isinstance(await relay.send(), ProviderDown)

        run(scenario())


class TestTheOptions:
    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"user": USER, "password": PASSWORD, "tls": Tls.NONE}, id="in plain text"),
            pytest.param({"user": USER}, id="no password"),
            pytest.param({"password": PASSWORD}, id="no user"),
            pytest.param({"connections": 0}, id="no connection"),
            pytest.param({"most_mails": 0}, id="no mail"),
            pytest.param({"idempotency_header": "X-Key\r\nBcc"}, id="a header's name that is two"),
            pytest.param({"idempotency_header": "X Key"}, id="a header's name with a space"),
            pytest.param({"idempotency_header": "X:Key"}, id="a header's name with a colon"),
        ],
    )
    def test_are_refused_if_they_cannot_be_meant(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            SmtpOptions(
                **{"host": "127.0.0.1", "port": 25, "originator": ORIGINATOR, **wrong}  # type: ignore[arg-type]
            )

    def test_show_no_password(self) -> None:
        options = SmtpOptions(
            host="a", port=587, originator=ORIGINATOR, user=USER, password=PASSWORD
        )
        assert PASSWORD not in repr(options)
