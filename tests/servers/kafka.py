"""How is a real Kafka started for tests, on free ports and in a folder of its own?"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.servers.kafka_program import CannotStart, java

USER, PASSWORD = "tidings", "not-a-secret"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_LISTENERS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL", "CONTROLLER")
_CLUSTER = "dGlkaW5ncy10ZXN0cy0wMQ"
_UP_WITHIN = 120.0  #: seconds; a machine that does much else may need many
#: Looks in a row, over longer than its controller takes to miss a broker that was silent.
_STEADY = 12


class KafkaServer:
    """One broker that is its own controller, with a listener for each way to be reached.

    `pause` makes it silent, `kill` gone; `start_again` brings back what was durable.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = dict(zip(_LISTENERS, _free_ports(len(_LISTENERS)), strict=True))
        self._authority = trustme.CA()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls) -> Self:
        """Raises CannotStart."""
        server = cls(Path(tempfile.mkdtemp(prefix="tidings-kafka-")))
        try:
            server._prepare()
            server.start_again()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def brokers(self) -> str:
        return self.listener("PLAINTEXT")

    @property
    def authority(self) -> Path:
        """The certificate that its own was signed with."""
        return self._folder / "authority.pem"

    @property
    def client_certificate(self) -> Path:
        """With its key."""
        return self._folder / "client.pem"

    @property
    def logs(self) -> Path:
        """Where the partitions' segments lie."""
        return self._folder / "log"

    def listener(self, protocol: str) -> str:
        return f"localhost:{self._ports[protocol]}"

    def pause(self) -> None:
        self._running.send_signal(signal.SIGSTOP)
        os.waitpid(self._running.pid, os.WUNTRACED)  # until each of its threads has stopped

    def resume(self) -> None:
        self._running.send_signal(signal.SIGCONT)
        self._wait_until_it_answers(times=_STEADY)

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()
        self._process = None

    def start_again(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                java("kafka.Kafka", "server.properties"),
                cwd=self._folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        if self._process is not None:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    def _prepare(self) -> None:
        certificate = self._authority.issue_cert("localhost")
        self._authority.cert_pem.write_to_path(self.authority)
        chain = b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
        (self._folder / "server.pem").write_bytes(_pkcs8(certificate.private_key_pem) + chain)
        client = self._authority.issue_cert("client@example.com")
        client.private_key_and_cert_chain_pem.write_to_path(self.client_certificate)
        (self._folder / "server.properties").write_text(self._properties())
        users = [
            argument
            for mechanism in SCRAM
            for argument in ("-S", f"{mechanism}=[name={USER},password={PASSWORD}]")
        ]
        tool = java(
            "kafka.tools.StorageTool",
            *("format", "-t", _CLUSTER, "-c", "server.properties", *users),
        )
        done = subprocess.run(tool, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"Kafka could not be set up: {done.stderr.strip()[-300:]}")

    def _properties(self) -> str:
        clients = [name for name in _LISTENERS if name != "CONTROLLER"]
        secret = f'username="{USER}" password="{PASSWORD}"'
        login = f"org.apache.kafka.common.security.plain.PlainLoginModule required {secret}"
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@localhost:{self._ports['CONTROLLER']}",
            "listeners": ",".join(f"{name}://{self.listener(name)}" for name in _LISTENERS),
            "advertised.listeners": ",".join(f"{n}://{self.listener(n)}" for n in clients),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": ",".join(f"{name}:{name}" for name in clients)
            + ",CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.logs),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "500",
            # A killed broker may come back once its controller takes it for gone.
            "broker.session.timeout.ms": "1000",
            "broker.heartbeat.interval.ms": "200",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._folder / "server.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority),
            "listener.name.ssl.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": ",".join(("PLAIN", *SCRAM)),
        }
        for listener in ("sasl_plaintext", "sasl_ssl"):
            prefix = f"listener.name.{listener}"
            lines[f"{prefix}.plain.sasl.jaas.config"] = f'{login} user_{USER}="{PASSWORD}";'
            for mechanism in SCRAM:
                lines[f"{prefix}.{mechanism.lower()}.sasl.jaas.config"] = scram
        for internal in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            lines[f"{internal}.num.partitions"] = "1"
            lines[f"{internal}.replication.factor"] = "1"
        for internal in ("transaction.state.log", "share.coordinator.state.topic"):
            lines[f"{internal}.min.isr"] = "1"
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def _wait_until_it_answers(self, *, times: int = 1) -> None:
        """Until it counts itself among the brokers, so many times in a row.

        Without that it makes no topic. One that was silent goes on, is missed, and comes back.
        """
        counted = 0
        for _ in range(round(_UP_WITHIN / 0.1)):
            try:
                counted = counted + 1 if _count_brokers(self._ports["PLAINTEXT"]) else 0
            except OSError:
                counted = 0
            if counted == times:
                return
            self._fail_if_it_ended(within=0.1)
        raise CannotStart(f"Kafka did not answer within {_UP_WITHIN:.0f} s")

    def _fail_if_it_ended(self, *, within: float) -> None:
        try:
            self._running.wait(within)
        except subprocess.TimeoutExpired:
            return
        said = (self._folder / "server.log").read_text(errors="replace")
        raise CannotStart(f"Kafka ended at once: {said.strip()[-300:]}")


def _count_brokers(port: int) -> int:
    """As a metadata request (version 1) for no topic is answered."""
    body = struct.pack(">hhihi", 3, 1, 0, -1, 0)
    with socket.create_connection(("localhost", port), 5) as broker:
        broker.sendall(struct.pack(">i", len(body)) + body)
        with broker.makefile("rb") as answer:
            size, _, count = struct.unpack(">iii", answer.read(12).ljust(12, b"\0"))
    return int(count) if size else 0


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in range(count)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _pkcs8(key: trustme.Blob) -> bytes:
    """The one form of a key that Kafka reads."""
    return load_pem_private_key(key.bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def given() -> str | None:
    """The brokers that somebody has and lends, if so."""
    return os.environ.get("TEST_KAFKA_BROKERS") or None
