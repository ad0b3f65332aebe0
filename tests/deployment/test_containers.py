"""Do the commands of docker-compose.yml do their work, each as its container runs it?

Without containers: on the servers of the tests, in the order that the file asks for.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from entrypoints import exit_codes
from tests.deployment.ground import Ground
from tests.entrypoints.asking import Site, free_port
from tests.entrypoints.program import Ended, Program, Running
from tests.servers.kafka import KafkaServer
from tests.servers.kafka_program import CannotStart
from tests.servers.valkey import ValkeyMissing, ValkeyServer


class Containers:
    """`services` as the parser read them; their servers are those of the ground."""

    def __init__(self, services: dict[str, Any], ground: Ground, home: Path) -> None:
        self._services = services
        self._ground = ground
        self._home = home
        self.ports: dict[str, int] = {}  #: where each serves: they share one machine here

    def program(self, name: str) -> Program:
        environment = {
            setting: str(value)
            for setting, value in self._services[name]["environment"].items()
            if value is not None
        }
        port = self.ports.setdefault(name, free_port())
        own = {"TIDINGS_DATA": str(self._home / "data"), "API_HOST": "127.0.0.1"}
        own |= {each: str(port) for each in ("HEALTH_PORT", "API_PORT") if each in environment}
        return Program(self._home, **environment | dict(self._ground.settings) | own)

    def command(self, name: str) -> list[str]:
        service = self._services[name]
        return [*(service.get("entrypoint") or ["tidings"]), *service["command"]]

    def is_well(self, name: str) -> bool:
        """As its own check says, from inside of it."""
        said, python, *check = self._services[name]["healthcheck"]["test"]
        assert (said, python) == ("CMD", "python")
        asking = [each.replace(":8081", f":{self.ports[name]}") for each in check]
        return subprocess.run([sys.executable, *asking], check=False).returncode == 0

    def run(self, name: str) -> Ended:
        return self.program(name).run(*self.command(name))


@pytest.fixture
def containers(services: dict[str, Any], ground: Ground, tmp_path: Path) -> Containers:
    return Containers(services, ground, tmp_path)


@pytest.fixture
def prepared(containers: Containers) -> Ended:
    return containers.run("prepare")


@pytest.fixture
def workers(containers: Containers, prepared: Ended) -> Iterator[dict[str, Running]]:
    email, sms = containers.command("email"), containers.command("sms")
    with (
        containers.program("email").beside(*email) as of_email,
        containers.program("sms").beside(*sms) as of_sms,
    ):
        yield {"email": of_email, "sms": of_sms}


class TestPreparing:
    def test_makes_the_topics_and_the_schema(self, prepared: Ended, ground: Ground) -> None:
        assert prepared.code == exit_codes.DONE, prepared
        assert f"{ground.topic}: made, partitions: 3" in prepared.said
        assert f"{ground.topic}-dlq: made" in prepared.said
        assert ground.sql("SELECT count(*) FROM notifications") == [(0,)]

    def test_may_be_done_again(self, prepared: Ended, containers: Containers) -> None:
        assert containers.run("prepare").code == exit_codes.DONE

    def test_fails_if_half_of_it_fails(self, containers: Containers, ground: Ground) -> None:
        """Or else the workers would begin."""
        away = containers.program("prepare").with_(DATABASE_URL="postgresql://x@127.0.0.1:1/x")
        assert away.run(*containers.command("prepare")).code != exit_codes.DONE


class TestTheWorkers:
    def test_tell_people_and_stop_when_they_are_told_to(
        self, containers: Containers, workers: dict[str, Running], ground: Ground, tmp_path: Path
    ) -> None:
        tidings = containers.program("email")
        published = tidings(
            *("publish", "signup", "--id", "signup-1", "--message", "Welcome!"),
            *("--email", "ada@example.com", "--phone", "+15551234567"),
        )
        assert published.code == exit_codes.DONE, published
        workers["email"].wait_until(lambda: ground.told_by_email() == ["ada@example.com"])
        outbox = tmp_path / "data" / "outbox" / "sms"
        workers["sms"].wait_until(lambda: len(list(outbox.glob("*.txt"))) == 1)
        for worker in workers.values():
            assert worker.stop(signal.SIGTERM).code == exit_codes.DONE
        shown = tidings("show", "signup-1")
        assert shown.said.count("SENT") >= 2, shown
        assert ground.told_by_email() == ["ada@example.com"]

    def test_are_well(self, containers: Containers, workers: dict[str, Running]) -> None:
        """As their own check says, and the image's."""
        for name, worker in workers.items():
            assert containers.program(name)("check").code == exit_codes.DONE
            worker.wait_until(partial(containers.is_well, name))


class TestTheApi:
    def test_says_what_became_of_an_event(
        self, containers: Containers, workers: dict[str, Running]
    ) -> None:
        program = containers.program("api")
        key = program("keys", "create", "me", "--by", "me", "--scope", "send", "--scope", "read")
        site = Site(containers.ports["api"], key.out.strip())
        with program.beside(*containers.command("api")) as api:
            api.wait_until(lambda: containers.is_well("api"))
            payload = {"email": "ada@example.com", "message": "Welcome!"}
            event = {"eventId": "signup-1", "payload": payload}
            assert site("POST", "/v1/events", event)[0] == 202
            workers["email"].wait_until(lambda: site.status("/v1/events/signup-1") == 200)
            assert api.stop(signal.SIGTERM).code == exit_codes.DONE


class ComposedKafka(KafkaServer):
    """With the settings of the file, as its image takes them, but on free ports."""

    settings: dict[str, str]

    def _properties(self) -> str:
        ports = {"19092": "PLAINTEXT", "9092": "SSL", "29093": "CONTROLLER"}
        lines = []
        for name, value in self.settings.items():
            if not name.startswith("KAFKA_") or name == "KAFKA_HEAP_OPTS":
                continue
            for port, listener in ports.items():
                value = value.replace(f":{port}", f":{self._ports[listener]}")
            value = value.replace("0.0.0.0", "localhost").replace("kafka:", "localhost:")
            lines.append(f"{name.removeprefix('KAFKA_').replace('_', '.').lower()}={value}\n")
        return "".join(lines).replace("/var/lib/kafka/data", str(self.logs))


class TestTheServers:
    def test_kafka_begins_with_its_settings(
        self, services: dict[str, Any], kafka_server: KafkaServer
    ) -> None:
        """Where that of the tests starts, this one must."""

        class Kafka(ComposedKafka):
            settings = services["kafka"]["environment"]

        server = Kafka.start()
        assert server.logs.joinpath("meta.properties").exists()
        server.stop()

    def test_kafka_does_not_with_a_wrong_one(
        self, services: dict[str, Any], kafka_server: KafkaServer
    ) -> None:
        class Kafka(ComposedKafka):
            settings = services["kafka"]["environment"] | {"KAFKA_PROCESS_ROLES": "baker"}

        with pytest.raises(CannotStart):
            Kafka.start()

    def test_valkey_begins_with_its_command(
        self, services: dict[str, Any], valkey_server: ValkeyServer
    ) -> None:
        name, *arguments = services["valkey"]["command"]
        assert name == "valkey-server"
        server = ValkeyServer.start(*arguments)
        assert "noeviction" in server.command("CONFIG GET maxmemory-policy")
        assert "yes" in server.command("CONFIG GET appendonly")
        server.stop()

    def test_valkey_does_not_with_a_wrong_one(self, valkey_server: ValkeyServer) -> None:
        with pytest.raises(ValkeyMissing):
            ValkeyServer.start("--maxmemory-policy", "guess")
