"""Do the documents say what the code does?"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from entrypoints import exit_codes
from entrypoints.production_settings import ProductionSettings
from entrypoints.settings import Settings
from tests.documents import PRODUCING, README, ROOT, SETTINGS, life, with_generated_parts
from tests.entrypoints.program import Program
from tests.shapes_document import JSON_DOCUMENT, json_document


@pytest.mark.parametrize("document", [README, SETTINGS], ids=lambda document: document.name)
def test_a_document_says_what_the_code_says(document: Path) -> None:
    assert document.read_text() == with_generated_parts(document), "run `make docs`"


class TestTheReadme:
    def test_is_short_enough_to_be_read_to_the_end(self) -> None:
        assert len(README.read_text().splitlines()) <= 150

    def test_draws_every_way_that_the_table_has(self) -> None:
        assert life().count("-->") == 18

    def test_names_no_setting_that_there_is_not(self) -> None:
        # What stands in quotes is a value of the event that is shown.
        named = re.findall(r'(?<!")\b([A-Z]+_[A-Z_]+)\b', README.read_text())
        assert named
        assert {name.lower() for name in named} <= set(ProductionSettings.model_fields)

    def test_leads_only_to_what_is_there(self) -> None:
        links = re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text())
        assert [link for link in links if not (ROOT / link).exists()] == []


class TestThePageOfSettings:
    def test_explains_every_one(self) -> None:
        text = SETTINGS.read_text()
        for name, field in Settings.model_fields.items():
            assert f"| `{name.upper()}` |" in text
            assert field.description

    def test_says_within_which_bounds_and_in_which_unit(self) -> None:
        lines = SETTINGS.read_text().splitlines()
        [window] = [line for line in lines if line.startswith("| `RATE_LIMIT_WINDOW`")]
        assert "a number of seconds, more than 0, at most 86400" in window


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("producing"))


@pytest.fixture(scope="module")
def outputs(program: Program) -> list[str]:
    blocks = re.findall(
        r"^```(python|sh)\n(.*?)^```$", PRODUCING.read_text(), re.MULTILINE | re.DOTALL
    )
    shells = {"python": [sys.executable, "-c"], "sh": ["sh", "-c"]}
    outputs = []
    for language, code in blocks:
        ended = program.run(*shells[language], code)
        assert (ended.code, ended.err) == (exit_codes.DONE, ""), ended
        outputs.append(ended.out)
    return outputs


class TestThePageForProducers:
    """Its examples run as they stand, one after the other."""

    def test_has_examples_that_say_what_it_says(self, outputs: list[str]) -> None:
        blocking, asynchronous, shell = outputs
        assert blocking.strip() in PRODUCING.read_text()
        assert blocking.startswith("email: not an email address")
        assert len(asynchronous.split()) == 1
        assert shell == "Published 1 event.\n"

    def test_has_examples_that_tell_people(self, program: Program, outputs: list[str]) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert len(list(program.data.glob("outbox/email/*.eml"))) == 7
        assert len(list(program.data.glob("outbox/sms/*.txt"))) == 2


class TestTheShapes:
    def test_are_described_as_they_are(self) -> None:
        assert JSON_DOCUMENT.read_text() == json_document(), "run `make docs`"
