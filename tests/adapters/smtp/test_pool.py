"""Which connection carries a mail, and how long is one kept?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.smtp.width import Width
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected
from tests.adapters.smtp.relay import Relay, Seconds, mail_for
from tests.runner import Run, together
from tests.servers.smtp import Act


async def send_many(relay: Relay, count: int) -> list[Outcome]:
    return await together(*(relay.send(mail_for(number=number)) for number in range(count)))


class TestAConnection:
    def test_carries_one_mail_after_the_other(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                for number in range(5):
                    assert isinstance(await relay.send(mail_for(number=number)), Accepted)
                assert len(relay.server.connections) == 1

        run(scenario())

    def test_is_kept_after_a_refusal_and_nothing_is_left_of_it(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will("rcpt", "550 5.1.1 no such user")
                assert isinstance(await relay.send(), Rejected)
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)
                [connection] = relay.server.connections
                assert connection.commands[4] == "RSET"

        run(scenario())

    def test_is_given_up_after_so_many_mails(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(most_mails=3) as relay:
                for number in range(7):
                    await relay.send(mail_for(number=number))
                carried = [one.commands.count("DATA") for one in relay.server.connections]
                assert carried == [3, 3, 1]

        run(scenario())

    @pytest.mark.parametrize(
        ("rests", "connections"),
        [
            pytest.param([59], 1, id="idle for not quite too long"),
            pytest.param([61], 2, id="idle for too long"),
            pytest.param([50] * 6, 1, id="not quite too old"),
            pytest.param([50] * 7, 2, id="too old"),
        ],
    )
    def test_is_given_up_when_it_is_old(self, run: Run, rests: list[int], connections: int) -> None:
        async def scenario() -> None:
            seconds = Seconds()
            async with Relay(seconds=seconds) as relay:
                await relay.send()
                for number, rest in enumerate(rests, start=2):
                    seconds.pass_(rest)
                    await relay.send(mail_for(number=number))
                assert len(relay.server.connections) == connections

        run(scenario())

    @pytest.mark.parametrize(("rest", "is_checked"), [(10, False), (11, True)])
    def test_that_was_idle_is_checked_before_it_is_used(
        self, run: Run, rest: int, is_checked: bool
    ) -> None:
        async def scenario() -> None:
            seconds = Seconds()
            async with Relay(seconds=seconds) as relay:
                await relay.send()
                seconds.pass_(rest)
                await relay.send(mail_for(number=2))
                assert ("RSET" in relay.server.commands) is is_checked
                assert len(relay.server.connections) == 1

        run(scenario())

    @pytest.mark.parametrize("said", [Act.DROP, "421 4.4.2 too slow", "hello"])
    def test_that_fails_the_check_costs_nothing_but_itself(self, run: Run, said: str | Act) -> None:
        async def scenario() -> None:
            seconds = Seconds()
            async with Relay(seconds=seconds) as relay:
                await relay.send()
                seconds.pass_(11)
                relay.server.will("rset", said)
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)
                assert len(relay.server.connections) == 2

        run(scenario())

    def test_that_went_away_since_costs_no_attempt(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                await relay.send()
                relay.server.will("mail", Act.DROP)
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)
                assert len(relay.server.received) == 2

        run(scenario())

    def test_that_is_new_and_goes_away_does(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will("mail", Act.DROP)
                assert isinstance(await relay.send(), Deferred)
                assert len(relay.server.connections) == 1

        run(scenario())

    def test_that_said_something_unasked_is_not_used_again(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                relay.server.will("dot", "250 2.0.0 taken\r\n421 4.4.2 good bye")
                assert isinstance(await relay.send(), Accepted)
                assert isinstance(await relay.send(mail_for(number=2)), Accepted)
                assert len(relay.server.connections) == 2

        run(scenario())

    def test_that_nobody_uses_is_closed_in_peace(self, run: Run) -> None:
        async def scenario() -> None:
            seconds = Seconds()
            async with Relay(seconds=seconds) as relay:
                await relay.send()
                relay.sender.pool.close_idle()
                seconds.pass_(61)
                relay.sender.pool.close_idle()
                await relay.server.reached("quit")
                assert relay.server.commands[-1] == "QUIT"

        run(scenario())


class TestThePool:
    def test_opens_no_more_connections_than_it_may(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(connections=3) as relay:
                outcomes = await send_many(relay, 20)
                assert all(isinstance(outcome, Accepted) for outcome in outcomes)
                assert len(relay.server.connections) == 3

        run(scenario())

    def test_opens_fewer_once_the_relay_has_too_many(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(connections=8) as relay:
                for _ in range(3):
                    relay.server.will("mail", "421 4.7.0 too many connections")
                outcomes = await send_many(relay, 8)
                assert sum(isinstance(outcome, ProviderDown) for outcome in outcomes) == 3
                assert relay.sender.pool.limit == 5

        run(scenario())

    def test_opens_fewer_once_the_relay_lets_nobody_in(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(connections=4) as relay:
                relay.server.will("connect", "421 4.7.0 too many connections")
                await send_many(relay, 4)
                assert relay.sender.pool.limit == 3

        run(scenario())

    def test_never_falls_to_none(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(connections=2) as relay:
                for number in range(5):
                    relay.server.will("mail", "421 4.7.0 busy")
                    await relay.send(mail_for(number=number))
                assert relay.sender.pool.limit == 1
                assert isinstance(await relay.send(), Accepted)

        run(scenario())

    def test_widens_again_with_the_mails_that_are_taken(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay(connections=2) as relay:
                relay.server.will("mail", "421 4.7.0 busy")
                await relay.send()
                assert relay.sender.pool.limit == 1
                for number in range(100):
                    await relay.send(mail_for(number=number))
                assert relay.sender.pool.limit == 2

        run(scenario())

    def test_closes_every_connection_even_one_that_does_not_part(self, run: Run) -> None:
        async def scenario() -> None:
            async with Relay() as relay:
                await send_many(relay, 3)
                relay.server.will_always("quit", Act.HANG)
                await relay.sender.close()
                assert isinstance(await relay.send(), Accepted)

        run(scenario())


class TestWhoWaitsForAPlace:
    def test_comes_in_in_turn(self, run: Run) -> None:
        async def scenario() -> None:
            width = Width(1)
            order: list[int] = []

            async def pass_through(number: int) -> None:
                await width.enter()
                order.append(number)
                width.leave()

            await width.enter()
            waiting = [asyncio.ensure_future(pass_through(number)) for number in range(5)]
            await asyncio.wait(waiting, timeout=0)
            width.leave()
            await asyncio.gather(*waiting)
            assert order == [0, 1, 2, 3, 4]
            assert width.inside == 0

        run(scenario())

    @pytest.mark.parametrize("is_let_in", [False, True])
    def test_and_is_cut_off_takes_nobodys_place(self, run: Run, is_let_in: bool) -> None:
        async def scenario() -> None:
            width = Width(1)
            await width.enter()
            waiting = asyncio.ensure_future(width.enter())
            await asyncio.wait([waiting], timeout=0)
            if is_let_in:
                width.leave()
            waiting.cancel()
            await asyncio.wait([waiting])
            if not is_let_in:
                width.leave()
            assert width.inside == 0
            await width.enter()

        run(scenario())


class TestRealTime:
    def test_closes_what_nobody_uses(self, run: Run) -> None:
        async def scenario() -> None:
            seconds = Seconds()
            async with Relay(seconds=seconds, longest_idle=timedelta(milliseconds=20)) as relay:
                await relay.send()
                seconds.pass_(1)
                await relay.server.reached("quit")

        run(scenario())
