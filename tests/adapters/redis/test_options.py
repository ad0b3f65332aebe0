"""Is Redis reached as the options say, and do they keep what is secret?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from adapters.redis.options import RedisOptions
from application.errors import StoreUnavailable
from tests.adapters.redis.redis import Place
from tests.contracts.given import NOW
from tests.contracts.rate_limiter import ONE, are_granted, ask
from tests.runner import Run
from tests.servers.tls import tls_door
from tests.servers.valkey import ValkeyServer

_SECRET = "not/a:secret@all"


class TestAUrl:
    def test_says_everything(self) -> None:
        options = RedisOptions.of_url("rediss://ada:not%2Fa%3Asecret%40all@redis.example.com:7/3")
        assert options == RedisOptions(
            host="redis.example.com", port=7, db=3, username="ada", password=_SECRET, tls=True
        )

    def test_may_say_little(self) -> None:
        assert RedisOptions.of_url("redis://localhost") == RedisOptions()

    @pytest.mark.parametrize(
        "url",
        [
            "http://:hush@localhost",
            "localhost:6379",
            "redis://:hush@",
            "redis://:hush@localhost/one",
            "redis://:hush@localhost:hush",
            "redis://:hush@localhost?db=1",
        ],
    )
    def test_that_is_none_is_refused_and_not_repeated(self, url: str) -> None:
        with pytest.raises(ValueError, match="a Redis URL") as refused:
            RedisOptions.of_url(url)
        assert "hush" not in str(refused.value)

    def test_is_no_place_where_a_cluster_has_databases(self) -> None:
        with pytest.raises(ValueError, match="no databases"):
            RedisOptions(cluster=True, db=1)


class TestAPassword:
    def test_is_never_printed(self) -> None:
        options = RedisOptions(password=_SECRET)
        assert _SECRET not in f"{options} {options!r} {options.where}"

    @pytest.fixture
    def user(self, own: Place, valkey_server: ValkeyServer) -> str:
        rights = f"~{own.options.prefix}:* +@read +@write +@scripting +@connection"
        valkey_server.command(f"ACL SETUSER ada on >{_SECRET} {rights}")
        return "ada"

    def test_lets_a_user_in_that_may_touch_our_keys_only(
        self, own: Place, run: Run, user: str
    ) -> None:
        limiter = run(own.limiter(username=user, password=_SECRET))
        verdicts = run(limiter.take([ask(1), ask(2)], rule=ONE, now=NOW))
        assert are_granted(list(verdicts)) == [True, False]
        assert not limiter.is_standing_in

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            pytest.param({"password": "wrong"}, "refuses the user or the password", id="password"),
            pytest.param({"prefix": "others"}, "its user may not do", id="another's keys"),
        ],
    )
    def test_or_the_rights_that_are_wrong_are_said(
        self, own: Place, run: Run, user: str, options: dict[str, Any], why: str
    ) -> None:
        limiter = run(own.limiter(**{"username": user, "password": _SECRET, **options}))
        run(limiter.take([ask(1)], rule=ONE, now=NOW))
        assert limiter.standing_in is not None
        assert why in limiter.standing_in.why


class TestTls:
    def test_trusts_the_authority_that_is_named_and_no_other(
        self, valkey_server: ValkeyServer, run: Run, tmp_path: Path
    ) -> None:
        authority, other = trustme.CA(), trustme.CA()
        trusted, foreign = tmp_path / "authority.pem", tmp_path / "other.pem"
        authority.cert_pem.write_to_path(trusted)
        other.cert_pem.write_to_path(foreign)

        async def check(ca_file: Path, host: str) -> None:
            async with tls_door(valkey_server.port, authority.issue_cert("localhost")) as port:
                place = Place(f"rediss://{host}:{port}", ca_file=ca_file)
                try:
                    await (await place.server()).check()
                finally:
                    await place.close()

        run(check(trusted, "localhost"))
        for ca_file, host in ((foreign, "localhost"), (trusted, "127.0.0.1")):
            with pytest.raises(StoreUnavailable, match="its certificate is not trusted"):
                run(check(ca_file, host))

    def test_wants_a_file_of_certificates(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "empty.pem").write_text("")
        for name in ("empty.pem", "missing.pem"):
            place = Place("rediss://localhost", ca_file=tmp_path / name)
            with pytest.raises(OSError, match=r"certificate|No such file"):
                run(place.server())


class TestWhatItForgetsWhenItIsFull:
    @pytest.mark.parametrize(
        ("maxmemory", "policy", "told"),
        [
            pytest.param("100mb", "allkeys-lru", "allkeys-lru", id="something"),
            pytest.param("100mb", "noeviction", None, id="nothing"),
            pytest.param("0", "allkeys-lru", None, id="never full"),
        ],
    )
    def test_is_told(
        self, own: Place, run: Run, maxmemory: str, policy: str, told: str | None
    ) -> None:
        async def scenario() -> str | None:
            server = await own.server()
            await own.command("CONFIG", "SET", "maxmemory", maxmemory, "maxmemory-policy", policy)
            try:
                return await server.forgets_by()
            finally:
                await own.command("CONFIG", "SET", "maxmemory", "0")
                await own.command("CONFIG", "SET", "maxmemory-policy", "noeviction")

        assert run(scenario()) == told


class TestWhatIsNoCluster:
    def test_is_a_clear_error(self, place: Place, run: Run) -> None:
        async def scenario() -> None:
            await (await place.server(cluster=True)).check()

        with pytest.raises(StoreUnavailable, match="REDIS_CLUSTER=false"):
            run(scenario())

    def test_is_away_to_a_lane(self, place: Place, run: Run) -> None:
        async def scenario() -> None:
            limiter = await place.limiter(cluster=True)
            assert are_granted(list(await limiter.take([ask(1)], rule=ONE, now=NOW))) == [True]
            assert limiter.is_standing_in

        run(scenario())
