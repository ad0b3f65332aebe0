"""What does the reference implementation of the Compose Specification read in our file?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
_SOURCE = Path(__file__).parent / "parser"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidings-servers"


class NoParser(Exception):
    """This machine lacks what the parser is built with."""


class Refused(Exception):
    """The file is none that the specification allows; says why."""


@dataclass(frozen=True, slots=True)
class Parser:
    program: Path

    def read(self, text: str, **environment: str) -> dict[str, Any]:
        """The model, with nothing left to be filled in. Raises Refused."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / FILE.name).write_text(text)
            done = subprocess.run(
                [self.program, FILE.name],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise Refused(done.stderr)
        model: dict[str, Any] = json.loads(done.stdout)
        return model


def parser() -> Parser:
    """Built with Go, once for each version of it. Raises NoParser."""
    digest = sha256(b"".join(each.read_bytes() for each in sorted(_SOURCE.iterdir())))
    program = _CACHE / f"compose-{digest.hexdigest()[:12]}"
    if program.exists():
        return Parser(program)
    if shutil.which("go") is None:
        raise NoParser("no Go, so no parser of the Compose Specification (install golang)")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as built:
        build = ["go", "build", "-mod=readonly", "-o", f"{built}/parser", "."]
        done = subprocess.run(build, cwd=_SOURCE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoParser(f"Go could not build the parser: {done.stderr.strip()[-300:]}")
        (Path(built) / "parser").rename(program)
    return Parser(program)
