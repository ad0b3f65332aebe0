"""Is what is set read from the right place, and is everything wrong said at once?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from entrypoints import exit_codes
from entrypoints.settings_in_force import Source, settings_in_force, strays
from tests.entrypoints.program import Ended, Program


def value(ended: Ended, name: str) -> str:
    """Of a setting, as `check` shows it."""
    assert ended.code == exit_codes.DONE, ended
    [line] = [line for line in ended.out.splitlines() if line.split()[:1] == [name]]
    return line.removeprefix(name).rsplit(maxsplit=1)[0].strip()


def source(ended: Ended, name: str) -> str:
    assert ended.code == exit_codes.DONE, ended
    [line] = [line for line in ended.out.splitlines() if line.split()[:1] == [name]]
    return line.rsplit(maxsplit=1)[-1]


class TestWhatIsSet:
    def test_is_read_from_the_environment(self, program: Program) -> None:
        checked = program.with_(RATE_LIMIT_EMAIL="7", SMTP_FROM="News <news@example.com>")("check")
        assert value(checked, "RATE_LIMIT_EMAIL") == "7"
        assert value(checked, "SMTP_FROM") == "News <news@example.com>"

    def test_is_read_from_a_file_as_people_write_them(self, program: Program) -> None:
        (program.home / ".env").write_text(
            """
            # The pace
            RATE_LIMIT_EMAIL=7   # as agreed
            RATE_LIMIT_SMS="3"
            export RATE_LIMIT_WINDOW = 1.5
            SMTP_FROM='News # 1 <news@example.com>'
            MAX_RETRIES=
            SOMEBODY_ELSES=1
            """
        )
        checked = program("check")
        assert value(checked, "RATE_LIMIT_EMAIL") == "7"
        assert value(checked, "RATE_LIMIT_SMS") == "3"
        assert value(checked, "RATE_LIMIT_WINDOW") == "1.5"
        assert value(checked, "SMTP_FROM") == "News # 1 <news@example.com>"
        assert value(checked, "MAX_RETRIES") == "3"

    def test_counts_more_in_the_environment_than_in_the_file(self, program: Program) -> None:
        (program.home / ".env").write_text("RATE_LIMIT_EMAIL=7\nRATE_LIMIT_SMS=3\n")
        checked = program.with_(RATE_LIMIT_EMAIL="8")("check")
        assert value(checked, "RATE_LIMIT_EMAIL") == "8"
        assert value(checked, "RATE_LIMIT_SMS") == "3"

    def test_counts_most_as_an_option(self, program: Program) -> None:
        checked = program.with_(TIDINGS_DATA="of-the-environment")("check", "--data", "as-said")
        assert value(checked, "TIDINGS_DATA") == "as-said"

    def test_is_shown_with_where_it_comes_from(self, program: Program) -> None:
        (program.home / ".env").write_text("RATE_LIMIT_EMAIL=7\nrate_limit_sms=3\nMAX_RETRIES=\n")
        checked = program.with_(RATE_LIMIT_EMAIL="8", MAX_RETRIES="")("check", "--data", "said")
        assert source(checked, "TIDINGS_DATA") == "option"
        assert source(checked, "RATE_LIMIT_EMAIL") == "environment"
        assert source(checked, "RATE_LIMIT_SMS") == ".env"
        assert source(checked, "MAX_RETRIES") == "default"

    def test_is_never_shown_if_it_is_a_secret(self) -> None:
        class Secretive(BaseSettings):
            password: SecretStr = SecretStr("canary")
            token: SecretStr = SecretStr("")

        password, token = settings_in_force(Secretive())
        assert "canary" not in repr(password)
        assert (password.value, token.value) == ("(set, and never shown)", "(not set)")

    def test_is_said_not_to_be_where_nothing_is(self) -> None:
        class Sparse(BaseSettings):
            replies: Path | None = None

        assert [each.value for each in settings_in_force(Sparse())] == ["(not set)"]

    def test_decides_where_the_data_lies(self, program: Program) -> None:
        program = program.with_(TIDINGS_DATA="elsewhere/data")
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert (program.home / "elsewhere" / "data" / "tidings.db").exists()

    def test_is_an_error_in_a_file_that_is_no_text(self, program: Program) -> None:
        (program.home / ".env").write_bytes(b"SMTP_FROM=Gr\xfc\xdfe <news@example.com>\n")
        ended = program("check")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert ".env" in ended.err


class TestWrongSettings:
    """Values no other words could hold, so that none can be shown and go unnoticed."""

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param(
                {
                    "RATE_LIMIT_EMAIL": "canary-a",
                    "RATE_LIMIT_WINDOW": "canary-b",
                    "MAX_RETRIES": "7.77001",
                    "RETRY_DELAY_MS": "canary-c",
                    "EMAIL_PROVIDER": "canary-d",
                    "SMS_PROVIDER": "canary-e",
                    "UNCERTAIN_SMS": "canary-f",
                    "SMTP_FROM": "canary-g",
                    "TIDINGS_ENV": "canary-h",
                },
                id="of the wrong type",
            ),
            pytest.param(
                {
                    "RATE_LIMIT_EMAIL": "-77001",
                    "RATE_LIMIT_SMS": "-77008",
                    "RATE_LIMIT_WINDOW": "-77002",
                    "MAX_RETRIES": "-77003",
                    "RETRY_DELAY_MS": "-77004",
                    "EMAIL_CONCURRENCY": "-77005",
                    "SMS_CONCURRENCY": "-77006",
                    "EMAIL_IN_FLIGHT": "-77007",
                },
                id="too small",
            ),
            pytest.param(
                {
                    "RATE_LIMIT_EMAIL": "77000001",
                    "RATE_LIMIT_SMS": "77000002",
                    "RATE_LIMIT_WINDOW": "inf",
                    "MAX_RETRIES": "77000003",
                    "RETRY_DELAY_MS": "77000004",
                    "EMAIL_CONCURRENCY": "77000005",
                },
                id="too great",
            ),
            pytest.param({"RATE_LIMIT_WINDOW": "nan"}, id="not a number"),
        ],
    )
    def test_are_all_named_at_once_and_none_is_shown(
        self, program: Program, wrong: dict[str, str]
    ) -> None:
        ended = program.with_(**wrong)("up", "--until-idle")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        for name, given in wrong.items():
            assert name in ended.err
            assert given not in ended.err
        assert not program.data.exists()

    @pytest.mark.parametrize(
        "command",
        [
            pytest.param(["check"], id="check"),
            pytest.param(["list"], id="list"),
            pytest.param(["publish", "alert", "--email", "a@b.de", "-m", "x"], id="publish"),
        ],
    )
    def test_stop(self, program: Program, command: list[str]) -> None:
        ended = program.with_(RATE_LIMIT_SMS="canary")(*command)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "RATE_LIMIT_SMS" in ended.err


class TestANameThatIsNoSetting:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            pytest.param("RATE_LIMT_EMAIL", "the nearest is RATE_LIMIT_EMAIL", id="a slip"),
            pytest.param("MAX_RETRY", "the nearest is MAX_RETRIES", id="a near miss"),
            pytest.param("SMTP_FORM", "the nearest is SMTP_FROM", id="a slip beside production's"),
            pytest.param("TIDINGS_DATEN", "the nearest is TIDINGS_DATA", id="that looks like ours"),
            pytest.param("TIDINGS_DEBUG", "in the environment alone", id="of the environment"),
            pytest.param("KAFKA_TOPIC", "not used by the embedded assembly", id="of Kafka"),
            pytest.param("REDIS_PORT", "not used by the embedded assembly", id="of Redis"),
            pytest.param("SMTP_POTR", "the nearest is SMTP_PORT", id="of SMTP, nearly"),
            pytest.param("KAFKA_TOPICS", "the nearest is KAFKA_TOPIC", id="of Kafka, nearly"),
            pytest.param("DATABASE_URL", "not used by the embedded assembly", id="of PostgreSQL"),
            pytest.param("DIRECT_URL", "not used by the embedded assembly", id="of its tools"),
        ],
    )
    def test_is_explained(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
    ) -> None:
        (tmp_path / ".env").write_text(f"{name}=canary\n")
        monkeypatch.chdir(tmp_path)
        [stray] = [each for each in strays() if each.source is Source.FILE]
        assert stray.name == name
        assert words in stray.words

    @pytest.mark.parametrize("name", ["SOMEBODY_ELSES", "EMAIL_HOST", "SECRET_KEY", "PORT"])
    def test_is_passed_over_if_it_is_somebody_elses(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        (tmp_path / ".env").write_text(f"{name}=canary\n")
        monkeypatch.chdir(tmp_path)
        assert [each for each in strays() if each.source is Source.FILE] == []

    def test_is_named_by_the_check_without_its_value(self, program: Program) -> None:
        (program.home / ".env").write_text("RATE_LIMT_EMAIL=canary\nREDIS_PASSWORD=canary\n")
        checked = program.with_(RATE_LIMIT_SSM="canary", KAFKA_TOPIC="canary")("check")
        assert checked.code == exit_codes.DONE
        assert "RATE_LIMT_EMAIL (.env): unknown" in checked.out
        assert "REDIS_PASSWORD (.env): not used" in checked.out
        assert "RATE_LIMIT_SSM (environment): unknown" in checked.out
        assert "KAFKA_TOPIC" not in checked.out
        assert "canary" not in checked.said

    def test_is_a_line_of_warning_where_the_work_begins(self, program: Program) -> None:
        (program.home / ".env").write_text("RATE_LIMT_EMAIL=canary\nREDIS_PASSWORD=canary\n")
        ended = program("up", "--until-idle")
        assert ended.code == exit_codes.DONE
        [warning] = [line for line in ended.err.splitlines() if line.startswith("warning: ")]
        assert "RATE_LIMT_EMAIL: unknown, the nearest is RATE_LIMIT_EMAIL" in warning
        assert "REDIS_PASSWORD: not used by the embedded assembly" in warning
        assert "canary" not in ended.said


class TestASecretOfAnotherSystem:
    def test_is_never_shown(self, program: Program) -> None:
        (program.home / ".env").write_text("TWILIO_AUTH_TOKEN=canary-f\n")
        program = program.with_(SMTP_PASS="canary-p", DATABASE_URL="postgresql://u:canary-d@db/x")
        assert "canary" not in program("check").said


class TestSettingsForProduction:
    def test_are_asked_about_where_they_lie_in_the_environment(self, program: Program) -> None:
        ended = program.with_(KAFKA_BROKERS="canary:9092")("up", "--until-idle")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "TIDINGS_ENV" in ended.err
        assert "canary" not in ended.err
        assert not program.data.exists()

    def test_are_asked_about_where_they_lie_in_the_file(self, program: Program) -> None:
        (program.home / ".env").write_text("KAFKA_BROKERS=kafka:9092\n")
        assert program("check").code == exit_codes.USAGE

    @pytest.mark.parametrize(
        "environment",
        [
            pytest.param({"KAFKA_BROKERS": "kafka:9092", "TIDINGS_ENV": "embedded"}, id="decided"),
            pytest.param({"KAFKA_BROKERS": ""}, id="empty"),
        ],
    )
    def test_are_no_question_once_they_are(
        self, program: Program, environment: dict[str, str]
    ) -> None:
        assert program.with_(**environment)("check").code == exit_codes.DONE


class TestSettingsThatContradictEachOther:
    def test_are_refused(self, program: Program) -> None:
        ended = program.with_(EMAIL_IN_FLIGHT="10", EMAIL_CONCURRENCY="20")("check")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "EMAIL_IN_FLIGHT" in ended.err
        assert "EMAIL_CONCURRENCY" in ended.err
