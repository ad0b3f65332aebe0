"""Does the program work in production as a person runs it: made ready, started, stopped?"""

from __future__ import annotations

import msgspec

from entrypoints import exit_codes
from entrypoints.answers import Migrated, Pruned, Topics
from tests.entrypoints.program import Program


class TestAWorker:
    def test_tells_people_until_it_is_stopped(self, production: Program) -> None:
        ended = production(
            "publish", "signup", "--email", "ada@example.com", "-m", "Hi", "--id", "e"
        )
        assert ended.code == exit_codes.DONE, ended
        outbox = production.data / "outbox" / "email"
        with production.running("worker", "--channel", "email") as worker:
            worker.wait_until(lambda: any(outbox.glob("*.eml")))
            ended = worker.stop()
        assert ended.code == exit_codes.DONE, ended
        assert "Tidings works: email" in ended.err
        assert "SENT" in production("show", "e").out
        assert production("list").code == exit_codes.DONE
        assert production("stats").code == exit_codes.DONE
        assert production("dlq", "list").code == exit_codes.DONE

    def test_waits_for_a_server_that_is_away_and_can_be_stopped(self, production: Program) -> None:
        away = production.with_(DATABASE_URL="postgresql://tidings@127.0.0.1:1/tidings")
        with away.running("worker") as worker:
            worker.wait_until_it_says("waiting: PostgreSQL at 127.0.0.1:1")
            assert worker.stop().code == exit_codes.DONE

    def test_says_what_is_wrong_for_good(self, production: Program) -> None:
        ended = production.with_(KAFKA_DLQ_TOPIC="no-such-topic")("worker")
        assert ended.code == exit_codes.UNAVAILABLE
        assert "tidings topics" in ended.said

    def test_without_any_credentials_does_not_start(self, production: Program) -> None:
        ended = production.with_(EMAIL_PROVIDER="smtp", SMS_PROVIDER="twilio")("worker")
        assert ended.code == exit_codes.NOT_ALL
        assert "SMTP_HOST" in ended.said
        assert "TWILIO_ACCOUNT_SID" in ended.said

    def test_is_what_up_is_too(self, production: Program) -> None:
        with production.running("up") as worker:
            worker.wait_until_it_says("Tidings works: email, sms")
            assert worker.stop().code == exit_codes.DONE

    def test_keeps_its_place_in_the_group_whoever_looks(self, production: Program) -> None:
        """And one line for a person tells which command they lack."""
        ended = production("publish", "signup", "--email", "a@example.com", "-m", "Hi")
        assert "`tidings worker` tells it" in ended.said
        looked = production("check")
        assert "1 event to read; 0 workers" in looked.said
        with production.running("worker", "--channel", "sms") as worker:
            worker.wait_until_it_says("Tidings works")
            worker.wait_until(lambda: "0 events to read; 1 worker" in production("check").said)
            ended = production("show", "no-such-event")
            assert "1 published event waits to be read: does `tidings worker` run?" in ended.said
            assert "0 events to read; 1 worker" in production("check").said
            assert worker.stop().code == exit_codes.DONE


class TestWhatIsMadeReady:
    def test_is_made_once(self, production: Program) -> None:
        assert "was there" in production("topics", "--partitions", "1").out
        assert "already" in production("migrate").out
        assert "0 notifications were forgotten" in production("prune", "--older-than", "90d").out

    def test_is_told_to_a_machine_too(self, production: Program) -> None:
        for command, shape in (
            (("topics",), Topics),
            (("migrate",), Migrated),
            (("prune", "--older-than", "90d"), Pruned),
        ):
            assert msgspec.json.decode(production(*command, "--json").out, type=shape)

    def test_is_checked(self, production: Program) -> None:
        ended = production("check")
        assert ended.code == exit_codes.DONE, ended
        assert "✓ PostgreSQL" in ended.out

    def test_is_checked_with_the_fix(self, production: Program) -> None:
        program = production.with_(
            KAFKA_TOPIC="no-such-topic", REDIS_PORT="1", SMS_PROVIDER="twilio"
        )
        ended = program("check")
        assert ended.code == exit_codes.NOT_ALL
        for words in ("tidings topics", "✗ Redis", "TWILIO_ACCOUNT_SID"):
            assert words in ended.said
