"""Does each layer know only what it may know, and would it be noticed if it did not?"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "application", "adapters", "entrypoints")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

#: In each file one line that ought to be refused.
OFFENCES = [
    pytest.param("domain/status.py", "import application.errors", id="the domain arranges"),
    pytest.param("domain/status.py", "import sqlite3", id="the domain does I/O"),
    pytest.param("domain/status.py", "import random", id="the domain throws dice"),
    pytest.param("application/gate.py", "import adapters.system.clock", id="a use case adapts"),
    pytest.param("application/gate.py", "import sqlite3", id="a use case knows technology"),
    pytest.param("adapters/sqlite/leases.py", "import adapters.memory.leases", id="two adapters"),
    pytest.param("adapters/wire/decoder.py", "import adapters.sqlite.rows", id="a leaf adapts"),
    pytest.param("adapters/system/clock.py", "import entrypoints.settings", id="an adapter sets"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def modules(*layers: str) -> list[Path]:
    return sorted(file for layer in layers for file in (ROOT / layer).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """The packages at the top, whatever of them is imported."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            assert node.module is not None
            yield node.module.split(".")[0]


class TestTheContracts:
    def test_are_kept(self) -> None:
        linted = lint(ROOT)
        assert linted.returncode == 0, linted.stdout

    @pytest.mark.parametrize(("module", "line"), OFFENCES)
    def test_are_broken_when(self, tmp_path: Path, module: str, line: str) -> None:
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        for layer in LAYERS:
            shutil.copytree(
                ROOT / layer, tmp_path / layer, ignore=shutil.ignore_patterns("__pycache__")
            )
        file = tmp_path / module
        file.write_text(f"{file.read_text()}\n{line}\n")
        linted = lint(tmp_path)
        assert linted.returncode == 1, linted.stdout + linted.stderr
        assert "BROKEN" in linted.stdout

    def test_forget_no_adapter(self) -> None:
        [independent] = [each["modules"] for each in CONTRACTS if each["type"] == "independence"]
        [leaves] = [
            each["source_modules"]
            for each in CONTRACTS
            if "adapters.wire" in str(each) and each["type"] == "forbidden"
        ]
        packages = {f"adapters.{each.parent.name}" for each in ROOT.glob("adapters/*/__init__.py")}
        assert packages == {*independent, *leaves}


class TestTheDomain:
    @pytest.mark.parametrize("module", modules("domain"), ids=lambda module: module.stem)
    def test_imports_only_itself_and_the_standard_library(self, module: Path) -> None:
        assert set(imported(module)) <= sys.stdlib_module_names | {"domain"}

    def test_awaits_nothing(self) -> None:
        kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
        awaiting = [
            module.name
            for module in modules("domain")
            if any(isinstance(node, kinds) for node in ast.walk(ast.parse(module.read_text())))
        ]
        assert awaiting == []


class TestEveryModule:
    def test_begins_with_the_question_that_it_answers(self) -> None:
        silent = [
            str(module.relative_to(ROOT))
            for module in modules(*LAYERS)
            if module.name != "__init__.py"
            and "?" not in (ast.get_docstring(ast.parse(module.read_text())) or "")
        ]
        assert silent == []

    def test_leaves_its_package_empty(self) -> None:
        filled = [
            str(module.relative_to(ROOT))
            for module in modules(*LAYERS)
            if module.name == "__init__.py" and module.read_text()
        ]
        assert filled == []
