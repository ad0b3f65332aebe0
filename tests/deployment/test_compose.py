"""Is docker-compose.yml right, in order, and shut towards the outside?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.deployment.compose import FILE, Parser, Refused

SERVERS = ("kafka", "postgres", "valkey", "kafdrop", "mailpit")
OURS = ("prepare", "email", "sms", "api")
WORKERS = ("email", "sms", "api")
HEALTHY = {"condition": "service_healthy", "required": True}
DONE = {"condition": "service_completed_successfully", "required": True}
_SECONDS = {"s": 1, "m": 60}


def seconds(duration: str) -> int:
    return sum(int(n) * _SECONDS[unit] for n, unit in re.findall(r"(\d+)([sm])", duration))


class TestTheFile:
    def test_has_what_it_ought_to_have(self, services: dict[str, Any]) -> None:
        assert sorted(services) == sorted((*SERVERS, *OURS))

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("restart: unless-stopped", "restarts: unless-stopped"),
            ("prepare: {condition: service_completed_successfully}", "prepare: {condition: done}"),
            ("stop_grace_period: 45s", "stop_grace_period: a while"),
            ("  outbox:\n", ""),
            ("    depends_on:\n      kafka: {", "    depends_on:\n      rabbit: {"),
        ],
        ids=["a key", "a condition", "a duration", "a volume", "a service"],
    )
    def test_would_be_refused_with_a_mistake(self, compose: Parser, right: str, wrong: str) -> None:
        text = FILE.read_text()
        assert right in text
        with pytest.raises(Refused):
            compose.read(text.replace(right, wrong, 1))

    def test_pins_every_image(self, services: dict[str, Any]) -> None:
        images = {name: service["image"] for name, service in services.items()}
        for name, image in images.items():
            assert re.search(r":v?\d+\.\d+(\.\d+)?(-alpine)?$", image), (name, image)

    def test_shows_nothing_to_other_machines(self, services: dict[str, Any]) -> None:
        ports = [port for service in services.values() for port in service.get("ports", [])]
        assert {port["host_ip"] for port in ports} == {"127.0.0.1"}
        assert {port["target"] for port in ports} == {9092, 9000, 8025, 8081}

    def test_lets_nobody_have_more_rights_than_it_needs(self, services: dict[str, Any]) -> None:
        for name, service in services.items():
            assert not service.get("privileged"), name
            assert "network_mode" not in service, name
        for name in OURS:
            assert services[name]["cap_drop"] == ["ALL"]
            assert services[name]["read_only"] is True
            assert "user" not in services[name], "the image says who"

    def test_holds_no_secret(self, services: dict[str, Any]) -> None:
        """But one: that of a database that only its neighbours reach."""
        secrets = {
            value
            for service in services.values()
            for name, value in service.get("environment", {}).items()
            if value and re.search("PASS|TOKEN|SECRET|KEY|DATABASE_URL", name)
        }
        known = "local-only"
        assert secrets == {known, f"postgresql://tidings:{known}@postgres:5432/tidings"}
        assert "ports" not in services["postgres"]

    def test_takes_another_password_from_outside(self, compose: Parser) -> None:
        services = compose.read(FILE.read_text(), POSTGRES_PASSWORD="other")["services"]
        assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == "other"
        assert ":other@" in services["email"]["environment"]["DATABASE_URL"]


class TestTheServers:
    @pytest.mark.parametrize("name", SERVERS)
    def test_say_when_they_are_well(self, services: dict[str, Any], name: str) -> None:
        check = services[name]["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert seconds(check["timeout"]) <= seconds(check["interval"])

    @pytest.mark.parametrize(
        ("name", "folder"),
        [
            ("kafka", "/var/lib/kafka/data"),
            ("postgres", "/var/lib/postgresql"),  # since 18, the folder of all versions
            ("valkey", "/data"),
            ("mailpit", "/data"),
        ],
    )
    def test_keep_what_they_have(self, services: dict[str, Any], name: str, folder: str) -> None:
        [volume] = services[name]["volumes"]
        assert (volume["type"], volume["source"], volume["target"]) == ("volume", name, folder)

    @pytest.mark.parametrize("name", [*SERVERS, *WORKERS])
    def test_come_back(self, services: dict[str, Any], name: str) -> None:
        assert services[name]["restart"] == "unless-stopped"


class TestTheJob:
    def test_waits_for_what_it_prepares(self, services: dict[str, Any]) -> None:
        assert services["prepare"]["depends_on"] == {"kafka": HEALTHY, "postgres": HEALTHY}

    def test_is_done_once(self, services: dict[str, Any]) -> None:
        assert services["prepare"]["restart"] == "no"


@pytest.mark.parametrize("name", WORKERS)
class TestAWorker:
    def test_begins_when_all_is_ready(self, services: dict[str, Any], name: str) -> None:
        servers = dict.fromkeys(("kafka", "postgres", "valkey", "mailpit"), HEALTHY)
        assert services[name]["depends_on"] == {"prepare": DONE, **servers}

    def test_has_time_to_finish_what_it_has_in_hand(
        self, services: dict[str, Any], name: str
    ) -> None:
        assert seconds(services[name]["stop_grace_period"]) > 30

    def test_needs_no_account(self, services: dict[str, Any], name: str) -> None:
        settings = services[name]["environment"]
        assert (settings["SMS_PROVIDER"], settings["SMTP_HOST"]) == ("outbox", "mailpit")

    def test_takes_rules_from_outside(self, compose: Parser, name: str) -> None:
        read = compose.read(FILE.read_text(), RATE_LIMIT_EMAIL="3", SMS_PROVIDER="twilio")
        settings = read["services"][name]["environment"]
        assert (settings["RATE_LIMIT_EMAIL"], settings["SMS_PROVIDER"]) == ("3", "twilio")
