"""Does the page on moving from the original lead there, step by step, as it stands?"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import Topic, make_topics
from entrypoints import exit_codes
from tests.adapters.postgres.test_take_over import ORIGINAL
from tests.deployment.compose import ROOT
from tests.deployment.ground import Ground
from tests.entrypoints.program import Ended, Program, Running

PAGE = (ROOT / "docs" / "moving-from-the-original.md").read_text()
SHELL = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SQL = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
GROUPS = ("email-notification-service", "sms-notification-service")

#: As the original has it: in quotes, with comments, and one URL that only it understands.
ENV = """\
DATABASE_URL="prisma+postgres://accelerate.example/?api_key=abc"
DIRECT_URL="{DATABASE_URL}?sslmode=disable"
KAFKA_BROKERS="{KAFKA_BROKERS}"
KAFKA_GROUP_ID="{KAFKA_GROUP_ID}"
KAFKA_TOPIC="{KAFKA_TOPIC}"
KAFKA_DLQ_TOPIC="{KAFKA_DLQ_TOPIC}"
REDIS_HOST="{REDIS_HOST}"
REDIS_PORT={REDIS_PORT}
SMTP_HOST="{SMTP_HOST}"
SMTP_PORT={SMTP_PORT}
SMTP_FROM="noreply@yourapp.com"
RATE_LIMIT_EMAIL=10      # Max emails per time window
RATE_LIMIT_SMS=5
RATE_LIMIT_WINDOW=60
MAX_RETRIES=3
RETRY_DELAY_MS=1000
"""


def an_event(event_id: str) -> bytes:
    payload = {
        "email": f"{event_id}@example.com",
        "phoneNumber": "+15551234567",
        "message": "Hello",
    }
    event = {"eventId": event_id, "messageType": "USER_SIGNED_UP", "timestamp": 1_767_607_200_000}
    return json.dumps(event | {"payload": payload}).encode()


class Original:
    """What is left of it when it has been stopped."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        ground.sql(*ORIGINAL.split(";\n"), "SELECT")
        asyncio.run(self._read_and_stop())

    async def _read_and_stop(self) -> None:
        """The first event is committed; the second, though it is told, is not; the third is new."""
        ground = self._ground
        await make_topics(
            KafkaOptions(brokers=ground.brokers),
            [
                Topic(name=ground.topic, partitions=3),
                Topic(name=f"{ground.topic}-dlq", partitions=1),
            ],
        )
        producer = AIOKafkaProducer(bootstrap_servers=ground.brokers)
        await producer.start()
        for event_id in ("long-ago", "signup-1", "new-1"):
            await producer.send_and_wait(ground.topic, an_event(event_id), partition=0)
        await producer.stop()
        for group in GROUPS:
            # Left to itself it commits, when it stops, the end of what it never read.
            consumer = AIOKafkaConsumer(
                bootstrap_servers=ground.brokers, group_id=group, enable_auto_commit=False
            )
            await consumer.start()
            place = TopicPartition(ground.topic, 0)
            consumer.assign([place])
            await consumer.commit({place: 1})
            await consumer.stop()


class Move:
    """The page's commands; `said` is what each block said."""

    def __init__(self, program: Program, ground: Ground, running: ExitStack) -> None:
        self.program = program
        self.ground = ground
        self.said: list[Ended] = []
        self.workers: list[Running] = []
        for block in SHELL:
            if block.startswith("tidings worker"):
                self._start(block, running)
            else:
                self.said.append(program.run("sh", "-ec", block))

    def _start(self, block: str, running: ExitStack) -> None:
        for line in block.splitlines():
            self.workers.append(running.enter_context(self.program.beside(*line.split())))
        for worker in self.workers:
            worker.wait_until(
                lambda: "new-1" in self.told_by_email() and len(self.told_by_sms()) > 0
            )

    def told_by_email(self) -> list[str]:
        return [rcpt.partition("@")[0] for rcpt in self.ground.told_by_email()]

    def told_by_sms(self) -> list[Path]:
        return list(self.program.data.glob("outbox/sms/*.txt"))


@pytest.fixture(scope="module")
def move(moving_ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    Original(moving_ground)
    home = tmp_path_factory.mktemp("original")
    own = "SMS_PROVIDER=outbox\nREDIS_PREFIX={REDIS_PREFIX}\n"
    (home / ".env").write_text((ENV + own).format_map(moving_ground.settings))
    with ExitStack() as running:
        yield Move(Program(home), moving_ground, running)


class TestMoving:
    def test_needs_no_step_that_fails(self, move: Move) -> None:
        assert [each.code for each in move.said] == [exit_codes.DONE] * len(move.said), move.said

    def test_leaves_the_topics_as_they_are(self, move: Move) -> None:
        assert f"{move.ground.topic}: was there, partitions: 3" in move.said[1].said

    def test_names_those_that_were_pending(self, move: Move) -> None:
        assert "alert-1" in move.said[1].said

    def test_tells_nobody_again(self, move: Move) -> None:
        """Neither of what was committed, nor of what was told but not committed."""
        assert move.told_by_email() == ["new-1"]
        assert len(move.told_by_sms()) == 1

    def test_leaves_a_view_to_read_from(self, move: Move) -> None:
        found = {tuple(row[:3]) for row in move.ground.sql(SQL[0])}
        assert {
            ("signup-1", "EMAIL", "SENT"),
            ("signup-1", "SMS", "FAILED"),
            ("new-1", "EMAIL", "SENT"),
            ("new-1", "SMS", "SENT"),
        } <= found

    def test_can_be_taken_back(self, move: Move) -> None:
        for worker in move.workers:
            assert worker.stop().code == exit_codes.DONE
        before = move.ground.sql('SELECT * FROM "Notification_before_tidings" ORDER BY id')
        for statement in SQL[1].split(";\n"):
            move.ground.sql(*filter(None, [statement]), "SELECT")
        assert move.ground.sql('SELECT * FROM "Notification" ORDER BY id') == before
        assert move.program("migrate").code == exit_codes.DONE
