"""Are the settings of production read as they were written for the system before, and checked?"""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.kafka.start import Earliest, Successor
from adapters.smtp.options import Tls
from entrypoints.load_production_settings import load_production_settings
from entrypoints.load_settings import load_settings
from entrypoints.production_settings import ProductionSettings
from entrypoints.providers import smtp_options
from entrypoints.sending import missing
from entrypoints.servers import group_of, start_of
from entrypoints.settings import BadSettings, EmailProvider, SmsProvider

DATABASE = "postgresql://tidings:canary@db.example.com:5432/tidings"
#: As it is found where the system before ran.
ORIGINAL = """
DATABASE_URL="prisma+postgres://accelerate.example/?api_key=canary"
DIRECT_URL="postgresql://USER:canary@HOST:5432/DATABASE?sslmode=require"

KAFKA_BROKERS="a.example.com:9092,b.example.com:9092"
KAFKA_GROUP_ID="notification-consumer-group"
KAFKA_TOPIC="notifications"
KAFKA_DLQ_TOPIC="notifications-dlq"

REDIS_HOST="localhost"
REDIS_PORT=6379

SMTP_HOST="smtp.example.com"
SMTP_PORT=587
SMTP_USER="news"
SMTP_PASS="canary"
SMTP_FROM="noreply@yourapp.com"

RATE_LIMIT_EMAIL=10      # Max emails per time window
RATE_LIMIT_SMS=5         # Max SMS per time window
RATE_LIMIT_WINDOW=60     # In seconds
MAX_RETRIES=3
RETRY_DELAY_MS=1000
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of its own, so that no other .env is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(**wrong: object) -> dict[str, str]:
    with pytest.raises(BadSettings) as caught:
        load_production_settings(**wrong)
    assert "canary" not in str(caught.value)
    return dict(caught.value.problems)


class TestTheFileOfTheSystemBefore:
    @pytest.fixture
    def settings(self, folder: Path) -> ProductionSettings:
        (folder / ".env").write_text(f"{ORIGINAL}TIDINGS_ENV=production\n")
        settings = load_settings()
        assert isinstance(settings, ProductionSettings)
        return settings

    def test_means_what_it_meant(self, settings: ProductionSettings) -> None:
        assert settings.kafka_brokers == "a.example.com:9092,b.example.com:9092"
        assert group_of(settings, "sms") == "notification-consumer-group-sms"
        assert (settings.redis_host, settings.redis_port) == ("localhost", 6379)
        assert settings.database_url.get_secret_value().startswith("postgresql://USER:canary@")
        assert smtp_options(settings).tls is Tls.STARTTLS
        assert (settings.rate_limit_email, settings.retry_delay_ms) == (10, 1000)

    def test_lacks_what_only_we_have(self, settings: ProductionSettings) -> None:
        assert (settings.email_provider, settings.sms_provider) == (
            EmailProvider.SMTP,
            SmsProvider.TWILIO,
        )
        assert missing(settings, "email") == ""
        assert missing(settings, "sms") == "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM"

    def test_shows_no_secret(self, settings: ProductionSettings) -> None:
        assert "canary" not in repr(settings)


class TestWhatIsWrong:
    def test_is_said_all_at_once(self) -> None:
        found = problems(
            kafka_start="canary", redis_port="canary", database_url="canary", redis_tls="canary"
        )
        assert set(found) == {"KAFKA_START", "REDIS_PORT", "DATABASE_URL", "REDIS_TLS"}
        assert "postgresql://USER" in found["DATABASE_URL"]

    def test_is_said_together_with_what_contradicts_itself(self) -> None:
        found = problems(
            database_url="canary",
            redis_port="canary",
            kafka_security_protocol="SASL_SSL",
            email_in_flight=10,
            email_concurrency=20,
        )
        assert set(found) == {"DATABASE_URL", "REDIS_PORT", "KAFKA_SASL_…", "EMAIL_IN_FLIGHT"}

    @pytest.mark.parametrize(
        "given",
        [
            pytest.param({"email_in_flight": 20, "email_concurrency": "canary"}, id="concurrency"),
            pytest.param(
                {"smtp_host": "localhost", "smtp_user": "u", "smtp_pass": "x", "smtp_port": "0"},
                id="the port that decides how private it is",
            ),
        ],
    )
    def test_contradicts_nothing_before_it_is_mended(self, given: dict[str, object]) -> None:
        assert len(problems(database_url=DATABASE, **given)) == 1

    @pytest.mark.parametrize(
        ("wrong", "name"),
        [
            pytest.param({"kafka_brokers": "localhost:canary"}, "KAFKA_BROKERS", id="no port"),
            pytest.param({"kafka_brokers": "a:9092,"}, "KAFKA_BROKERS", id="a broker too few"),
            pytest.param({"kafka_brokers": "kafka://a:9092"}, "KAFKA_BROKERS", id="a URL"),
            pytest.param({"kafka_topic": "a canary"}, "KAFKA_TOPIC", id="no topic"),
            pytest.param({"kafka_dlq_topic": "notifications"}, "KAFKA_DLQ_TOPIC", id="the same"),
            pytest.param(
                {"kafka_security_protocol": "SSL", "kafka_ssl_ca": "no-such-file"},
                "KAFKA_SSL_…",
                id="no such file",
            ),
        ],
    )
    def test_is_what_kafka_could_never_do(self, wrong: dict[str, object], name: str) -> None:
        assert set(problems(database_url=DATABASE, **wrong)) == {name}

    @pytest.mark.parametrize("brokers", ["a:9092, b:9092", "localhost", "[::1]:9092", "ka_fka:1"])
    def test_is_not_how_brokers_may_be_written(self, brokers: str) -> None:
        settings = load_production_settings(database_url=DATABASE, kafka_brokers=brokers)
        assert settings.kafka_brokers == brokers

    @pytest.mark.parametrize(
        "urls",
        [
            pytest.param({}, id="none"),
            pytest.param({"database_url": "prisma+postgres://x/?api_key=canary"}, id="foreign"),
            pytest.param({"database_url": "mysql://canary@db/x"}, id="another server's"),
            pytest.param({"database_url": "postgresql://db.example.com"}, id="without a database"),
        ],
    )
    def test_is_a_database_that_we_cannot_reach(self, urls: dict[str, str]) -> None:
        assert set(problems(**urls)) == {"DATABASE_URL"}

    @pytest.mark.parametrize(
        ("wrong", "name"),
        [
            pytest.param({"kafka_security_protocol": "SASL_SSL"}, "KAFKA_SASL_…", id="no user"),
            pytest.param({"redis_cluster": True, "redis_db": 1}, "REDIS_CLUSTER", id="a cluster"),
            pytest.param(
                {"redis_tls": True, "redis_ca": "no-such-file"}, "REDIS_CA", id="no such file"
            ),
            pytest.param(
                {"smtp_host": "localhost", "smtp_user": "u", "smtp_pass": "canary"},
                "SMTP_…",
                id="a password in plain text",
            ),
        ],
    )
    def test_is_what_contradicts_itself(self, wrong: dict[str, object], name: str) -> None:
        assert set(problems(database_url=DATABASE, **wrong)) == {name}


class TestWhereAGroupStarts:
    def test_may_be_where_the_group_before_is_for_each_channel(self) -> None:
        settings = load_production_settings(
            database_url=DATABASE, kafka_start="group:{channel}-notification-service"
        )
        assert start_of(settings, "sms") == Successor(group="sms-notification-service")

    def test_is_the_oldest_record_by_default(self) -> None:
        assert start_of(load_production_settings(database_url=DATABASE), "email") == Earliest()


@pytest.mark.parametrize(
    ("relay", "tls"),
    [
        pytest.param({"smtp_port": 465}, Tls.IMPLICIT, id="port 465"),
        pytest.param({"smtp_host": "127.0.0.1"}, Tls.NONE, id="this machine"),
        pytest.param({"smtp_host": "localhost"}, Tls.NONE, id="this machine by name"),
        pytest.param({}, Tls.STARTTLS, id="any other"),
        pytest.param({"smtp_host": "::1", "smtp_tls": "starttls"}, Tls.STARTTLS, id="as said"),
    ],
)
def test_the_way_to_the_relay_is_private(relay: dict[str, object], tls: Tls) -> None:
    given = {"smtp_host": "smtp.example.com", "database_url": DATABASE} | relay
    assert smtp_options(load_production_settings(**given)).tls is tls
