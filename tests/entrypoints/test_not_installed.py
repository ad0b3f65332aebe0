"""Is whoever lacks an extra told what to install, and is nothing else in their way?"""

from __future__ import annotations

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program

#: As where only the default is installed.
WITHOUT = """
import sys

LACKING = {"aiohttp", "aiokafka", "aiosmtplib", "alembic", "asyncpg", "redis", "sqlalchemy",
           "twilio", "opentelemetry"}

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LACKING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
from entrypoints.cli import main
sys.argv[0] = "tidings"
main()
"""
SMTP = {"EMAIL_PROVIDER": "smtp", "SMTP_HOST": "localhost"}
TWILIO = {
    "SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "not-very-secret",
    "TWILIO_FROM": "+15005550006",
    "TWILIO_STATUS_CALLBACK": "https://tidings.example/v1/callbacks/twilio",
    "TWILIO_CALLBACK_KEY": "sixteen-letters!",
}
PRODUCTION = {
    "TIDINGS_ENV": "production",
    "DATABASE_URL": "postgresql://a:b@localhost/c",
    "EMAIL_PROVIDER": "outbox",
    "API_PORT": "1",
}
TRACES = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


def without(program: Program, *arguments: str, **environment: str) -> Ended:
    return program.with_(**environment).run("python", "-c", WITHOUT, *arguments)


class TestWhoHasTheDefaultAlone:
    @pytest.mark.parametrize(
        ("settings", "library"), [(SMTP, "aiosmtplib"), (TWILIO, "twilio")], ids=["smtp", "twilio"]
    )
    def test_is_told_by_check_what_a_provider_needs(
        self, program: Program, settings: dict[str, str], library: str
    ) -> None:
        ended = without(program, "check", **settings)
        assert ended.code == exit_codes.NOT_ALL
        assert f"but {library} is not installed" in ended.said
        assert "pip install '.[production]'" in ended.said

    @pytest.mark.parametrize("settings", [SMTP, TWILIO], ids=["smtp", "twilio"])
    def test_is_told_by_up(self, program: Program, settings: dict[str, str]) -> None:
        ended = without(program, "up", **settings)
        assert ended.code not in (exit_codes.DONE, exit_codes.BUG)
        assert "pip install '.[production]'" in ended.said

    @pytest.mark.parametrize("command", ["check", "topics", "migrate", "worker", "api", "show x"])
    def test_is_told_what_production_needs(self, program: Program, command: str) -> None:
        ended = without(program, *command.split(), **PRODUCTION)
        assert ended.code not in (exit_codes.DONE, exit_codes.BUG)
        assert "pip install '.[production]'" in ended.said

    def test_works_on_without_traces_and_is_told_so(self, program: Program) -> None:
        published = without(
            program, "publish", "signup", "--email", "ada@example.com", "-m", "Hi", **TRACES
        )
        assert published.code == exit_codes.DONE
        assert "pip install '.[otel]'" in published.said
        ended = without(program, "check", **TRACES)
        assert "opentelemetry is not installed" in ended.said
