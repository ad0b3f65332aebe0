"""How fast is the embedded assembly: one process, one file?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from bench.figures import Figure
from bench.stored import fill

_EVENTS = 50_000
_BACKLOG = 200_000
_FEW, _MANY = 10_000, 1_000_000


def publish(folder: Path, rounds: int) -> Iterator[Figure]:
    """`tidings publish --file`, from the start of the process to its end."""
    events = _events(folder / "events.jsonl", _BACKLOG)
    rates: list[float] = []
    for n in range(rounds):
        data = folder / f"publish-{n}"
        rates.append(_BACKLOG / _publish(events, data))
        shutil.rmtree(data)
    yield Figure(what="publish", unit="events/s", measured=rates, at_least=20_000)


def lane(folder: Path, rounds: int) -> Iterator[Figure]:
    """Every event for one email; the null provider; every outcome durable."""
    events = _events(folder / "events.jsonl", _EVENTS)
    told: list[dict[str, float]] = []
    for n in range(rounds):
        data = folder / f"lane-{n}"
        _publish(events, data)
        told.append(_tell(data))
        shutil.rmtree(data)
    yield Figure(
        what="lane, null provider",
        unit="/s",
        measured=[each["sent"] / each["seconds"] for each in told],
        at_least=5_000,
    )
    yield Figure(
        what="processor time, all threads",
        unit="µs each",
        measured=[each["cpu"] / each["sent"] * 1e6 for each in told],
    )


def metrics(folder: Path, rounds: int) -> Iterator[Figure]:
    """What it costs to be watched: with and without in turn."""
    events = _events(folder / "events.jsonl", _EVENTS)
    shares: list[float] = []
    for n in range(rounds):
        rates = {}
        for how in (("unwatched",), ()) if n % 2 else ((), ("unwatched",)):
            data = folder / f"metrics-{n}-{len(how)}"
            _publish(events, data)
            told = _tell(data, *how)
            rates[how] = told["sent"] / told["seconds"]
            shutil.rmtree(data)
        shares.append(rates[()] / rates[("unwatched",)])
    yield Figure(
        what="lane with metrics and a scrape a second, as a share of that without",
        unit="",
        measured=shares,
        at_least=0.97,
    )


def backlog(folder: Path, _rounds: int) -> Iterator[Figure]:
    events = _events(folder / "backlog.jsonl", _BACKLOG)
    data = folder / "backlog"
    _publish(events, data)
    told = _tell(data)
    assert told["sent"] == _BACKLOG
    shutil.rmtree(data)
    yield Figure(
        what=f"memory with a backlog of {_BACKLOG}",
        unit="MB",
        measured=[told["megabytes"]],
        at_most=150,
    )


def stored(folder: Path, rounds: int) -> Iterator[Figure]:
    """What a file costs that has many rows already: the two are measured in turn."""
    few, many = folder / "few", folder / "many"
    fill(few, _FEW)
    some_event = fill(many, _MANY)
    rates: dict[Path, list[float]] = {few: [], many: []}
    for n in range(rounds):
        for data, measured in rates.items():
            _publish(_events(folder / f"more-{n}.jsonl", _EVENTS), data)
            told = _tell(data)
            measured.append(told["sent"] / told["seconds"])
    for data, count in ((few, _FEW), (many, _MANY)):
        yield Figure(what=f"lane on {count} stored rows", unit="/s", measured=rates[data])
    yield Figure(
        what="the one as a share of the other",
        unit="",
        measured=[
            of_many / of_few for of_many, of_few in zip(rates[many], rates[few], strict=True)
        ],
        at_least=0.9,
    )
    yield Figure(
        what=f"show on {_MANY} rows, the whole process",
        unit="s",
        measured=[_run("show", some_event, "--data", str(many)) for _ in range(3 * rounds)],
        at_most=0.6,
    )


def _events(path: Path, count: int) -> Path:
    """A file of so many events that nobody has seen, each for one email to somebody else."""
    now = int(time.time() * 1000)
    with path.open("w") as file:
        for _ in range(count):
            event_id = uuid4().hex
            event = {
                "eventId": event_id,
                "messageType": "USER_SIGNED_UP",
                "timestamp": now,
                "payload": {
                    "email": f"{event_id[:12]}@example.com",
                    "message": "Your account is ready.",
                },
            }
            file.write(json.dumps(event) + "\n")
    return path


def _publish(events: Path, data: Path) -> float:
    return _run("publish", "--file", str(events), "--data", str(data))


def _run(*arguments: str) -> float:
    """The seconds that a command takes, as a user waits for it."""
    began_at = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "entrypoints.cli", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TIDINGS_ENV": "embedded"},
    )
    return time.perf_counter() - began_at


def _tell(data: Path, *how: str) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-m", "bench.lane", str(data), *how],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    measured: dict[str, float] = json.loads(told.stdout)
    return measured
