"""Can somebody without Docker have all the servers, and be rid of them again?"""

from __future__ import annotations

import signal
import smtplib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.entrypoints.program import Program, Running
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer

MAIL = "From: news@example.com\r\nTo: ada@example.com\r\nSubject: Welcome\r\n\r\nHello"


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory, kafka_server: KafkaServer, postgres: PostgresServer
) -> Iterator[Running]:
    """Where the servers of the tests start, these start too."""
    program = Program(tmp_path_factory.mktemp("services"), HOME=str(Path.home()))
    with program.beside(sys.executable, "-m", "tests.servers") as running:
        running.wait_until_it_says("Ctrl-C ends the servers")
        yield running


@pytest.fixture(scope="module")
def lines(services: Running) -> dict[str, str]:
    return dict(line.split("=", 1) for line in services.told_so_far().splitlines())


def ports(lines: dict[str, str]) -> list[int]:
    database = int(lines["DATABASE_URL"].rpartition(":")[2].partition("/")[0])
    kafka = int(lines["KAFKA_BROKERS"].rpartition(":")[2])
    return [database, kafka, int(lines["REDIS_PORT"]), int(lines["SMTP_PORT"])]


def answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


class TestTheServices:
    def test_are_there(self, lines: dict[str, str]) -> None:
        assert [answers(port) for port in ports(lines)] == [True] * 4

    def test_say_which_mails_come(self, services: Running, lines: dict[str, str]) -> None:
        with smtplib.SMTP(lines["SMTP_HOST"], int(lines["SMTP_PORT"])) as relay:
            relay.sendmail("news@example.com", ["ada@example.com"], MAIL)
        services.wait_until_it_says("mail for ada@example.com: Welcome")

    def test_end_with_ctrl_c(self, services: Running, lines: dict[str, str]) -> None:
        assert services.stop(by=signal.SIGINT).code == 0
        assert [answers(port) for port in ports(lines)] == [False] * 4
