"""Does nothing wait, and is the rule kept, while Redis is slow, gone, emptied or full?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from adapters.redis.rate_limiter import RedisRateLimiter
from adapters.redis.server import RedisAway, RedisServer
from application.errors import StoreUnavailable
from application.ports.rate_limiter import RateAsk
from domain.rate import Granted, NotBefore, RateRule
from tests.adapters.redis.redis import Place
from tests.contracts.accepted_cache import ids, standing
from tests.contracts.given import NOW, SECOND
from tests.contracts.rate_limiter import ADA, ONE, TWO, are_granted, ask
from tests.runner import Run, together
from tests.servers.valkey import ValkeyServer

BRIEF = timedelta(milliseconds=200)


class Worker:
    """One limiter, asked in plain calls."""

    def __init__(self, limiter: RedisRateLimiter, run: Run) -> None:
        self.limiter = limiter
        self._run = run

    def take(self, *numbers: int, now: datetime = NOW, rule: RateRule = ONE) -> list[bool]:
        asks = [ask(number) for number in numbers]
        return are_granted(list(self._run(self.limiter.take(asks, rule=rule, now=now))))

    @property
    def why(self) -> str:
        return self.limiter.standing_in.why if self.limiter.standing_in else ""


def worker(place: Place, run: Run, *, patient: bool = True) -> Worker:
    options = {} if patient else {"answer_within": BRIEF}
    return Worker(run(place.limiter(**options)), run)


class TestASilentRedis:
    @pytest.fixture(autouse=True)
    def paused_and_resumed(self, own: Place, valkey_server: ValkeyServer) -> Iterator[None]:
        yield
        valkey_server.resume()

    def test_leaves_the_rule_to_each_worker(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        one = worker(own, run, patient=False)
        valkey_server.pause()
        assert one.take(1, 2, 3, rule=TWO) == [True, True, False]
        assert one.take(4, now=NOW + TWO.span, rule=TWO) == [True]
        assert one.why.endswith("it does not answer in time")
        assert one.limiter.is_standing_in
        assert len(own.telemetry.said) == 1

    def test_is_not_asked_again_for_a_while(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        server = run(own.server(answer_within=BRIEF))
        one = Worker(RedisRateLimiter(server), run)
        valkey_server.pause()
        one.take(1)
        assert not run(_may_be_asked(server))
        own.clock.advance(SECOND)
        assert run(_may_be_asked(server))

    def test_paces_again_once_it_answers_and_knows_what_was_granted(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        one, other = worker(own, run, patient=False), worker(own, run)
        valkey_server.pause()
        assert one.take(1) == [True]
        valkey_server.resume()
        own.clock.advance(SECOND)
        assert one.take(1, 2, now=NOW + SECOND) == [True, False]
        assert not one.limiter.is_standing_in
        assert other.take(3, now=NOW + ONE.span - SECOND) == [False]

    def test_has_no_place_for_who_was_granted_meanwhile(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        one = worker(own, run, patient=False)
        assert one.take(1, 2) == [True, False]
        valkey_server.pause()
        over = NOW + ONE.span
        assert one.take(2, now=over) == [True]
        valkey_server.resume()
        own.clock.advance(SECOND)
        assert one.take(3, now=over + ONE.span) == [True]
        assert not one.limiter.is_standing_in


class TestAWorkerThatWasHeldUpItself:
    @pytest.mark.parametrize("turns", range(10))
    def test_does_not_take_that_for_a_silence(
        self, own: Place, valkey_server: ValkeyServer, run: Run, turns: int
    ) -> None:
        """Whatever it was at in its asking, so many turns of the loop after it began."""
        server = run(own.server(answer_within=BRIEF))

        def hold_up(turns: int) -> None:
            if turns:
                asyncio.get_running_loop().call_soon(hold_up, turns - 1)
            else:
                valkey_server.command("BLPOP nothing 0.3")

        async def ask() -> list[bytes | None]:
            await server.values([b"nothing"])  # from here on the connection is open
            hold_up(turns + 1)
            return await server.values([b"nothing"])

        assert run(server.ask(ask, writes=False)) == [None]
        assert server.outage is None


class TestALibraryThatSwallowsACancellation:
    def test_keeps_nobody_waiting(self, own: Place, run: Run) -> None:
        server = run(own.server(answer_within=BRIEF))

        async def story() -> None:
            heard = asyncio.Event()

            async def go_on_waiting() -> None:
                with suppress(asyncio.CancelledError):
                    await heard.wait()
                await heard.wait()

            with pytest.raises(RedisAway):
                await server.ask(go_on_waiting, writes=False)
            heard.set()

        run(story())
        assert server.outage is not None


class TestAKilledRedis:
    @pytest.fixture(autouse=True)
    def started_again(self, own: Place, valkey_server: ValkeyServer) -> Iterator[None]:
        yield
        if not valkey_server.is_running:
            valkey_server.start_again()

    def test_had_granted_what_its_worker_still_counts(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        one = worker(own, run)
        assert one.take(1) == [True]
        valkey_server.kill()
        assert one.take(2, now=NOW + SECOND) == [False]
        assert one.why.endswith("it cannot be reached")

    def test_comes_back_empty_and_learns_what_both_workers_were_granted(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        one, other = worker(own, run), worker(own, run)
        assert one.take(1, rule=TWO) == [True]
        valkey_server.kill()
        assert other.take(2, rule=TWO) == [True]
        assert one.take(8, rule=TWO) == [True]
        valkey_server.start_again()
        own.clock.advance(SECOND)
        assert one.take(3, rule=TWO, now=NOW + SECOND) == [False]
        assert other.take(4, rule=TWO, now=NOW + SECOND) == [False]
        assert own.telemetry.said == 2 * own.telemetry.said[:1]
        assert not one.limiter.is_standing_in
        assert not other.limiter.is_standing_in

    def test_is_no_reason_to_raise(self, own: Place, valkey_server: ValkeyServer, run: Run) -> None:
        limiter, cache = run(own.limiter()), run(own.cache())
        valkey_server.kill()
        run(limiter.give_back([ask(1)], rule=ONE))
        run(cache.remember([standing(1)]))
        assert dict(run(cache.known(ids(1)))) == {}

    def test_is_named_by_check_with_a_fix(
        self, own: Place, valkey_server: ValkeyServer, run: Run
    ) -> None:
        server = run(own.server())
        run(server.check())
        valkey_server.kill()
        with pytest.raises(StoreUnavailable, match=r"cannot be reached: start it, or set"):
            run(server.check())


class TestAnEmptiedRedis:
    @pytest.mark.parametrize("how", ["all", "era"])
    def test_is_noticed_and_grants_nothing_that_forgets(
        self, own: Place, run: Run, how: str
    ) -> None:
        one, other = worker(own, run), worker(own, run)
        assert one.take(1) == [True]
        assert other.take(2, now=NOW) == [False]
        run(
            own.forget_all()
            if how == "all"
            else own.command("DEL", f"{own.options.prefix}:era:{{t0}}:")
        )
        assert one.take(3, now=NOW + SECOND) == [False]
        assert other.take(2, now=NOW + SECOND) == [False]
        assert one.take(1, now=NOW + SECOND) == [True]
        assert own.telemetry.said == ["redis: asking Redis: StoreUnavailable"] * 2
        assert not one.limiter.is_standing_in

    def test_never_confirms_a_wrong_mark(self, place: Place, run: Run) -> None:
        cache = run(place.cache())
        run(cache.remember([standing(1)]))
        [key] = run(place.keys())
        run(place.command("SET", key, b"\xc1 another's"))
        assert dict(run(cache.known(ids(1)))) == {}

    def test_keeps_a_mark_for_a_day(self, place: Place, run: Run) -> None:
        run(run(place.cache()).remember([standing(1)]))
        [key] = run(place.keys())
        assert 86_000_000 < run(place.command("PTTL", key)) <= 86_400_000


class TestARedisThatRefuses:
    @pytest.fixture(autouse=True)
    def mended(self, own: Place, valkey_server: ValkeyServer) -> Iterator[None]:
        yield
        for mending in ("CONFIG SET maxmemory 0", "REPLICAOF NO ONE"):
            valkey_server.command(mending)

    @pytest.mark.parametrize(
        ("harm", "why"),
        [
            pytest.param("CONFIG SET maxmemory 1", "it is full", id="full"),
            pytest.param("REPLICAOF 127.0.0.1 1", "it is a replica", id="a replica"),
        ],
    )
    def test_leaves_the_rule_to_each_worker_and_says_so_once(
        self, own: Place, valkey_server: ValkeyServer, run: Run, harm: str, why: str
    ) -> None:
        server = run(own.server())
        one = Worker(RedisRateLimiter(server), run)
        assert one.take(1) == [True]
        valkey_server.command(harm)
        assert one.take(2) == [False]
        for seconds in range(1, 9):
            own.clock.advance(SECOND)
            assert one.take(2, now=NOW + seconds * SECOND) == [False]
        assert one.why.endswith(why)
        assert len(own.telemetry.said) == 1

    @pytest.mark.parametrize("code", ["LOADING", "MISCONF", "NOAUTH", "NOPERM", "BUSY", "ERR"])
    def test_is_asked_once_whatever_it_answers(self, run: Run, code: str) -> None:
        async def refuse() -> tuple[list[bool], int, str]:
            commands = 0

            async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal commands
                while await reader.read(65536):
                    commands += 1
                    writer.write(f"-{code} for all I know\r\n".encode())
                writer.close()

            async with await asyncio.start_server(answer, "127.0.0.1") as door:
                port = door.sockets[0].getsockname()[1]
                place = Place(f"redis://127.0.0.1:{port}")
                limiter = await place.limiter()
                verdicts = await limiter.take([ask(1), ask(2)], rule=ONE, now=NOW)
                await place.close()
                assert limiter.standing_in is not None
                return are_granted(list(verdicts)), commands, limiter.standing_in.why

        granted, commands, why = run(refuse())
        assert granted == [True, False]
        assert commands == 1
        assert "for all I know" not in why


class TestWhatTheLibraryDoes:
    def test_a_script_that_was_flushed_is_loaded_again(self, own: Place, run: Run) -> None:
        one = worker(own, run)
        assert one.take(1) == [True]
        run(own.command("SCRIPT", "FLUSH"))
        assert one.take(2) == [False]
        assert own.telemetry.said == []

    def test_more_callers_than_connections_wait_their_turn(self, own: Place, run: Run) -> None:
        limiter = run(own.limiter(connections=1))
        calls = [limiter.take([ask(n, str(n))], rule=ONE, now=NOW) for n in range(20)]
        assert run(together(*calls)) == [[Granted(NOW)]] * 20
        assert own.telemetry.said == []

    def test_a_call_that_is_given_up_leaves_its_answer_to_nobody(
        self, own: Place, run: Run
    ) -> None:
        async def give_up_and_ask() -> object:
            limiter = await own.limiter(connections=1)
            await limiter.take([ask(1)], rule=ONE, now=NOW)
            given_up = asyncio.ensure_future(limiter.take([ask(2)], rule=ONE, now=NOW))
            for _ in range(3):
                await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            return await limiter.take([ask(3, "another"), ask(4, "third")], rule=ONE, now=NOW)

        assert run(give_up_and_ask()) == [Granted(NOW)] * 2

    def test_a_cluster_that_is_not_named_as_one_is_said(self, cluster_url: str, run: Run) -> None:
        place = Place(cluster_url)
        limiter = run(place.limiter())
        asks = [RateAsk(f"{ADA}{number}", ask(number).ask) for number in range(40)]
        verdicts = run(limiter.take(asks, rule=ONE, now=NOW))
        assert NotBefore not in map(type, verdicts)
        assert limiter.standing_in is not None
        assert limiter.standing_in.why.endswith("it is a cluster")
        run(place.close())


async def _may_be_asked(server: RedisServer) -> bool:
    reached = False

    async def reach() -> None:
        nonlocal reached
        reached = True

    try:
        await server.ask(reach, writes=True)
    except Exception:  # noqa: BLE001 - only whether it was asked matters
        return False
    return reached
