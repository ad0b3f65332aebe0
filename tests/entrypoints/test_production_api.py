"""Are the API, health and metrics there in production, as a person runs them?"""

from __future__ import annotations

import json

import pytest

from entrypoints import exit_codes
from tests.entrypoints.asking import Site, free_port
from tests.entrypoints.program import Program

EVENT = {
    "eventId": "signup-1",
    "messageType": "USER_SIGNED_UP",
    "payload": {"email": "ada@example.com", "message": "Welcome!"},
}


@pytest.fixture
def port() -> int:
    return free_port()


def is_well(site: Site) -> bool:
    """Every neighbour, and not merely well enough."""
    status, told = site("GET", "/health/ready")
    names = {each["name"] for each in told["checks"]} if status == 200 else set()
    return names == {"PostgreSQL", "Kafka", "Redis"} and told["state"] == "well"


def key_of(program: Program, *scopes: str) -> str:
    options = [word for scope in scopes for word in ("--scope", scope)]
    made = program("keys", "create", "the shop", "--by", "Linus", *options)
    assert made.code == exit_codes.DONE, made
    return made.out.strip()


class TestTheApi:
    def test_publishes_what_a_worker_tells_and_says_what_became_of_it(
        self, production: Program, port: int
    ) -> None:
        site = Site(port, key_of(production, "send", "read"))
        program = production.with_(API_PORT=str(port))
        with program.running("api") as api, production.running("worker") as worker:
            api.wait_until(lambda: is_well(site))
            assert site("POST", "/v1/events", EVENT)[0] == 202
            worker.wait_until(lambda: site.status("/v1/events/signup-1") == 200)
            _, story = site("GET", "/v1/events/signup-1")
            assert story["chapters"][0]["notification"]["recipient"] == "a***@example.com"
            changed = {**EVENT, "payload": {"email": "ada@example.com", "message": "Hello!"}}
            assert site("POST", "/v1/events", changed)[0] == 409
            assert Site(port)("GET", "/v1/notifications")[0] == 401
            assert site("POST", "/v1/lanes/email/pause", {"why": "a slip"})[0] == 403
            assert api.stop().code == exit_codes.DONE
            assert worker.stop().code == exit_codes.DONE

    @pytest.mark.parametrize("command", ["api", "up"])
    def test_lives_but_is_not_ready_while_a_server_is_away(
        self, production: Program, port: int, command: str
    ) -> None:
        away = production.with_(
            API_PORT=str(port), DATABASE_URL="postgresql://tidings@127.0.0.1:1/tidings"
        )
        site = Site(port)
        with away.running(command) as api:
            api.wait_until_it_says("waiting: PostgreSQL at 127.0.0.1:1")
            assert site.status("/health/live") == 200
            status, told = site("GET", "/health/ready")
            assert (status, told["state"]) == (503, "failing")
            assert "PostgreSQL at 127.0.0.1:1" in told["checks"][0]["words"]
            assert site("POST", "/v1/events", EVENT)[0] == 503
            assert api.stop().code == exit_codes.DONE

    def test_is_served_by_up_beside_the_lanes(self, production: Program, port: int) -> None:
        site = Site(port, key_of(production, "send", "read", "operate"))
        with production.with_(API_PORT=str(port)).running("up") as up:
            up.wait_until(lambda: site("POST", "/v1/events", EVENT)[0] == 202)
            up.wait_until(lambda: 'outcome="accepted"' in str(site("GET", "/metrics")[1]))
            lanes = site("GET", "/v1/lanes")[1]["lanes"]
            assert {each["channel"]: each["circuit"] for each in lanes} == {
                "email": "closed",
                "sms": "closed",
            }
            assert site("POST", "/v1/lanes/email/pause", {"why": "a slip"})[0] == 200
            assert site("GET", "/v1/audit")[1]["items"][0]["by"] == "the shop"
            assert up.stop().code == exit_codes.DONE


class TestAWorker:
    def test_serves_health_and_metrics_on_a_port_of_its_own(
        self, production: Program, port: int
    ) -> None:
        site = Site(port)
        with production.with_(HEALTH_PORT=str(port)).running("worker") as worker:
            worker.wait_until(lambda: is_well(site))
            assert site.status("/health/live") == 200
            worker.wait_until(
                lambda: (
                    'tidings_stream_lag_records{channel="email"} 0' in site("GET", "/metrics")[1]
                )
            )
            assert site.status("/v1/notifications") == 404
            assert worker.stop().code == exit_codes.DONE

    def test_whose_port_is_taken_says_so(self, production: Program, port: int) -> None:
        program = production.with_(HEALTH_PORT=str(port))
        with program.running("worker") as first:
            first.wait_until_it_says("Tidings works")
            ended = program("worker")
            assert ended.code == exit_codes.NOT_ALL
            assert "HEALTH_PORT" in ended.said


class TestForgetting:
    def test_erases_a_person_and_says_what_kafka_still_holds(self, production: Program) -> None:
        published = production(
            "publish", "signup", "--email", "ada@example.com", "-m", "Hi", "--id", "e"
        )
        assert published.code == exit_codes.DONE, published
        with production.running("worker") as worker:
            worker.wait_until(lambda: "SENT" in production("show", "e").out)
            assert worker.stop().code == exit_codes.DONE
        why = ("--why", "asked by letter", "--by", "Linus")
        ended = production("forget", "--email", "ada@example.com", *why, "--yes")
        assert ended.code == exit_codes.DONE, ended
        assert "notifications" in ended.said
        assert "a***@example.com" not in production("list").out
        assert "SENT" in production("show", "e").out

    def test_does_not_wait_for_a_stream_that_is_away(self, production: Program) -> None:
        away = production.with_(KAFKA_BROKERS="127.0.0.1:1")
        ended = away("forget", "--email", "ada@example.com", "--why", "a letter", "--yes")
        assert ended.code == exit_codes.DONE, ended
        assert "Kafka cannot be asked" in ended.said
        looked = away("forget", "--email", "ada@example.com", "--json")
        assert json.loads(looked.out)["unread"] is None
