"""What is there to tell while the worker is being killed?"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.chaos.evidence import ADDRESS_FIELDS, Key

REJECTED = "rejected@simulator.tidings.test"
BUSY = "busy-1@simulator.tidings.test"


@dataclass(frozen=True, slots=True)
class Workload:
    """`told` are to reach their provider, `failing` never can; both become notifications."""

    lines: list[bytes]
    told: set[Key]
    failing: set[Key]
    unreadable: set[bytes]

    @property
    def notifications(self) -> set[Key]:
        return self.told | self.failing


def ordinary_and_otherwise(count: int, *, channels: tuple[str, ...] = ("email", "sms")) -> Workload:
    """Mostly ordinary people; among them the refused, the wrong, the repeated and the unread."""
    work = Workload(lines=[], told=set(), failing=set(), unreadable=set())
    for number in range(count):
        event_id = f"event-{number:04d}"
        addresses = {"email": f"person-{number}@example.com", "sms": f"+1212{number:07d}"}
        failing: set[str] = set()
        if number % 40 == 7:
            addresses["email"] = REJECTED
            failing = {"email"}
        elif number % 40 == 17:
            addresses["email"] = "nobody.example.com"
            failing = {"email"}
        elif number % 40 == 27:
            addresses["email"] = BUSY
        line = json.dumps(
            {
                "eventId": event_id,
                "messageType": "ALERT_RAISED",
                "timestamp": 1_790_000_000_000,
                "payload": {
                    "message": f"Message {number}",
                    **{ADDRESS_FIELDS[channel]: addresses[channel] for channel in channels},
                },
            }
        ).encode()
        work.lines.append(line)
        if number % 40 == 37:
            work.lines.append(line)
        if number % 100 == 50:
            cut_off = line[: len(line) // 2]
            work.lines.append(cut_off)
            work.unreadable.add(cut_off)
        for channel in channels:
            (work.failing if channel in failing else work.told).add((event_id, channel))
    return work
