"""Which small changes to the domain does no test notice, and is there a reason? `make mutants`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

EXPLANATIONS = Path(__file__).with_name("equivalent_mutants.toml")
_MUTMUT = Path(sys.executable).with_name("mutmut")
_WORK = Path("mutants")
_CHILDREN = "2"
_ALIVE = {"survived", "no tests"}


@dataclass(frozen=True, slots=True)
class Change:
    """A mutant by what it changes, which stays when others come and go."""

    function: str
    was: str
    becomes: str

    def __str__(self) -> str:
        lines = [f"- {line}" for line in self.was.splitlines()]
        lines += [f"+ {line}" for line in self.becomes.splitlines()]
        return "\n    ".join([f"  {self.function}", *lines, ""])


def main() -> int:
    shutil.rmtree(_WORK, ignore_errors=True)  # what was killed by yesterday's tests may live today
    run = subprocess.run([_MUTMUT, "run", "--max-children", _CHILDREN], check=False)
    if run.returncode != 0:
        return run.returncode
    statuses = dict(_statuses())
    alive = Counter(_change(name) for name, status in statuses.items() if status in _ALIVE)
    is_well, words = _verdict(statuses, alive, explanations())
    sys.stdout.write(words)
    return 0 if is_well else 1


def explanations() -> dict[Change, list[str]]:
    """Why nothing can tell a mutant from the original; one reason for each that changes so."""
    reasons: dict[Change, list[str]] = {}
    for entry in tomllib.loads(EXPLANATIONS.read_text()).get("mutant", []):
        change = Change(entry["function"], entry["was"].strip(), entry["becomes"].strip())
        reasons.setdefault(change, []).append(entry["why"])
    return reasons


def _verdict(
    statuses: dict[str, str], alive: Counter[Change], reasons: dict[Change, list[str]]
) -> tuple[bool, str]:
    explained = Counter({change: len(whys) for change, whys in reasons.items()})
    known, new, stale = explained & alive, alive - explained, explained - alive
    # A "timeout" can also be a test whose id pytest did not find again.
    undecided = [f"{k}: {v}\n" for k, v in statuses.items() if v not in {"killed", *_ALIVE}]
    counts = ", ".join(f"{count} {v}" for v, count in Counter(statuses.values()).items())
    return not (new or stale or undecided), "\n".join(
        [
            "",
            *(f"Nothing can tell: {'; '.join(reasons[change])}\n{change}" for change in known),
            *(f"EXPLAINED, BUT A TEST CAN TELL:\n{change}" for change in stale.elements()),
            *(f"NO TEST CAN TELL:\n{change}" for change in new.elements()),
            *(f"NOT DECIDED:\n  {words}" for words in undecided),
            f"{len(statuses)} mutants: {counts}.",
            f"{known.total()} explained in {EXPLANATIONS.name}.",
            f"{new.total()} not explained; {stale.total()} explained that a test can tell.",
            f"{len(undecided)} not decided.",
            "",
        ]
    )


def _statuses() -> Iterator[tuple[str, str]]:
    for line in _asked("results", "--all", "true").splitlines():
        name, _, status = line.strip().partition(": ")
        yield name, status


def _change(name: str) -> Change:
    diff = [line for line in _asked("show", name).splitlines() if not line.startswith(("--", "++"))]
    was, becomes = ("\n".join(line[1:].strip() for line in diff if line[0:1] == s) for s in "-+")
    module, _, function = name.partition("__mutmut_")[0].rpartition(".")
    return Change(f"{module}.{re.sub('^x_|^xǁ', '', function).replace('ǁ', '.')}", was, becomes)


def _asked(*question: str) -> str:
    return subprocess.run(
        [_MUTMUT, *question], check=True, capture_output=True, encoding="utf-8"
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
