"""Does `.env.example` say what the settings say, and would it do what it says?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrypoints.load_production_settings import load_production_settings
from entrypoints.production_settings import ProductionSettings
from tests.deployment.compose import FILE
from tests.env_example import ENV_EXAMPLE, env_example

TEXT = ENV_EXAMPLE.read_text()
LINES = dict(re.findall(r"^#([A-Z_]+)=(.*)$", TEXT, re.MULTILINE))
FIELDS = ProductionSettings.model_fields


def test_it_is_up_to_date() -> None:
    assert env_example() == TEXT, "run `make docs`"


def test_it_sets_nothing_as_it_comes() -> None:
    assert re.findall(r"^[^#\n].*$", TEXT, re.MULTILINE) == []


@pytest.mark.parametrize("name", FIELDS)
def test_it_has_every_setting(name: str) -> None:
    assert name.upper() in LINES


def test_all_of_it_set_is_as_nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LINES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://tidings@localhost/tidings")
    monkeypatch.chdir(tmp_path)
    nothing_set = load_production_settings()
    lines = {**LINES, "TIDINGS_ENV": "production"}
    Path(".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    all_set = load_production_settings()
    assert all_set == nothing_set
    assert len(all_set.model_fields_set) > len(nothing_set.model_fields_set) + 25


def test_it_explains_what_docker_compose_asks_for() -> None:
    text = FILE.read_text()
    asked = re.findall(r"\$\{([A-Z_]+)", text) + re.findall(r"^    ([A-Z_]+):$", text, re.MULTILINE)
    assert set(asked) <= set(LINES)


def test_docker_compose_sets_nothing_that_is_no_setting() -> None:
    text = FILE.read_text().partition("x-worker")[0]
    named = re.findall(r"^    ([A-Z_]+):", text, re.MULTILINE)
    assert named
    assert {name.lower() for name in named} <= set(FIELDS)


def test_it_holds_no_secret() -> None:
    secret = re.compile("PASS|TOKEN|SECRET|KEY|URL$")
    values = {LINES[name] for name in LINES if secret.search(name)}
    assert values <= {"", "local-only", "https://api.twilio.com"}
