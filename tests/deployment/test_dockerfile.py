"""Is the image made of what it needs, of nothing else, and for nobody in particular?"""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.deployment.compose import ROOT

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[list[Instruction]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            if name == "FROM":
                found.append([])
            found[-1].append((name, " ".join(rest.split())))
    return found


BUILD, LAST = stages()


def said(stage: list[Instruction], name: str) -> list[str]:
    return [rest for each, rest in stage if each == name]


def allowed() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


class TestTheImage:
    def test_begins_with_one_version_of_python(self) -> None:
        bases = {said(stage, "FROM")[0].split()[0] for stage in (BUILD, LAST)}
        assert bases == {"python:3.13-slim-trixie"}

    def test_gets_the_versions_that_were_tested(self) -> None:
        [install] = [run for run in said(BUILD, "RUN") if "install" in run]
        assert "--constraint constraints.txt" in install
        assert install.endswith("'.[production]'")

    def test_is_made_of_all_that_the_package_is_made_of(self) -> None:
        copied = {source for copy in said(BUILD, "COPY") for source in copy.split()[:-1]}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
        examples = {path.split("/")[0] for path in wheel["force-include"]}
        files = {"constraints.txt", "pyproject.toml", project["project"]["readme"]}
        assert copied == {*wheel["packages"], *examples, *files}
        assert copied == allowed()

    def test_takes_nothing_but_what_was_built(self) -> None:
        assert said(LAST, "COPY") == ["--from=build /opt/tidings /opt/tidings"]
        assert not any(re.search(r"\b(apt|pip|curl)\b", run) for run in said(LAST, "RUN"))

    def test_runs_as_nobody_in_particular(self) -> None:
        assert said(LAST, "USER") == ["10001:10001"]
        after = [name for name, _ in LAST[[name for name, _ in LAST].index("USER") :]]
        assert "RUN" not in after

    @pytest.mark.parametrize(
        ("name", "expected"), [("ENTRYPOINT", ["tidings"]), ("CMD", ["--help"])]
    )
    def test_is_the_program(self, name: str, expected: list[str]) -> None:
        """Without a shell between, which would keep SIGTERM to itself."""
        assert [json.loads(each) for each in said(LAST, name)] == [expected]

    def test_is_stopped_as_the_program_wants_to_be(self) -> None:
        assert said(LAST, "STOPSIGNAL") == ["SIGTERM"]

    def test_says_whether_it_is_well(self) -> None:
        [check] = said(LAST, "HEALTHCHECK")
        assert check.endswith('CMD ["tidings", "check"]')
