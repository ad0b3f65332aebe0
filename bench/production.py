"""How fast is a worker of the production assembly, and how fast is the loop that it replaces?

All on the same servers and on the same events, in turn: each run has a group, a database and
keys of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from bench.figures import Figure
from bench.servers import Servers, mail_sink, started

_BACKLOG = 50_000  #: waits in the topic for every run
_FOR_THE_WORKER = 20_000
_FOR_THE_LOOP = 300

Measured = list[dict[str, float]]


def worker(_folder: Path, rounds: int) -> Iterator[Figure]:
    """Every event for one email to somebody else; every outcome durable."""
    with started() as servers:
        servers.publish([_event() for _ in range(_BACKLOG)])
        email: Measured = []
        null: Measured = []
        loop: Measured = []
        kept: Measured = []
        for _ in range(rounds):
            loop.append(_told_by_loop(servers))
            email.append(_told_by_worker(servers))
            kept.append(_told_by_loop(servers, "--keeps-connection"))
            null.append(_told_by_nobody(servers))
    yield Figure(what="worker, email", unit="/s", measured=_rates(email))
    yield Figure(what="worker, null provider", unit="/s", measured=_rates(null))
    yield Figure(what="one at a time, email", unit="/s", measured=_rates(loop))
    yield Figure(what="the same on one connection", unit="/s", measured=_rates(kept))
    yield _times("ratio of worker to loop", email, loop)
    yield _times("ratio, on one connection", email, kept)
    yield Figure(what="processor time, email", unit="µs each", measured=_cpu(email))
    yield Figure(what="processor time, null", unit="µs each", measured=_cpu(null))
    yield Figure(what="processor time, loop", unit="µs each", measured=_cpu(loop))
    yield Figure(
        what=f"memory with a backlog of {_BACKLOG}",
        unit="MB",
        measured=[each["megabytes"] for each in email],
        at_most=200,
    )


def _event() -> bytes:
    event_id = uuid4().hex
    event = {
        "eventId": event_id,
        "messageType": "USER_SIGNED_UP",
        "timestamp": int(time.time() * 1000),
        "payload": {
            "email": f"{event_id[:12]}@example.com",
            "message": "Your account is ready.",
        },
    }
    return json.dumps(event).encode()


def _told_by_worker(servers: Servers) -> dict[str, float]:
    with mail_sink(wanted=_FOR_THE_WORKER) as sink:
        return _run(servers, "bench.worker", str(_FOR_THE_WORKER), **sink)


def _told_by_nobody(servers: Servers) -> dict[str, float]:
    return _run(servers, "bench.worker", str(_FOR_THE_WORKER), EMAIL_PROVIDER="null")


def _told_by_loop(servers: Servers, *options: str) -> dict[str, float]:
    with mail_sink(wanted=_FOR_THE_LOOP) as sink:
        return _run(servers, "bench.one_at_a_time", str(_FOR_THE_LOOP), *options, **sink)


def _run(servers: Servers, module: str, *arguments: str, **settings: str) -> dict[str, float]:
    environment = servers.renewed()
    told = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env=environment | settings,
    )
    servers.clear(environment)
    measured: dict[str, float] = json.loads(told.stdout)
    return measured


def _rates(measured: Measured) -> Sequence[float]:
    return [each["sent"] / each["seconds"] for each in measured]


def _cpu(measured: Measured) -> Sequence[float]:
    return [each["cpu"] / each["sent"] * 1e6 for each in measured]


def _times(what: str, ours: Measured, theirs: Measured) -> Figure:
    each = zip(_rates(ours), _rates(theirs), strict=True)
    return Figure(
        what=what, unit="times", measured=[one / other for one, other in each], at_least=10
    )
