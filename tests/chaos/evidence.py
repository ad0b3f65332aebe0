"""What happened, whatever the program says about it? A data folder and its outbox tell."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

FINAL = frozenset({"SENT", "DELIVERED", "FAILED"})
ADDRESS_FIELDS = {"email": "email", "sms": "phoneNumber"}
_FILE_NAME = re.compile(r"\d{8}T\d{6}-(?P<event>.+)-[0-9a-f]{8}-g\d+-attempt\d+(-again\d+)?\.\w+")

#: (event id, channel)
Key = tuple[str, str]
#: (partition, offset); where there is one stream, it is one partition
Place = tuple[int, int]


def handed_over(data: Path) -> list[Path]:
    """The files of the outbox; one still being written begins with a dot."""
    return [
        file
        for folder in (data / "outbox").glob("*")
        for file in folder.iterdir()
        if not file.name.startswith(".")
    ]


@dataclass(frozen=True, slots=True)
class Evidence:
    """As it lay at one moment: how often each was handed over, and what the tables hold."""

    told: Counter[Key]
    message_ids: dict[Key, set[str]]
    tables: dict[str, list[dict[str, Any]]]

    @classmethod
    def of(cls, data: Path, *, copy: Path) -> Evidence:
        """Only where no process works: what lies in the write-ahead log counts too."""
        told: Counter[Key] = Counter()
        message_ids: dict[Key, set[str]] = {}
        for file in handed_over(data):
            name = _FILE_NAME.fullmatch(file.name)
            assert name is not None, file.name
            key = (name["event"], file.parent.name)
            told[key] += 1
            if file.suffix == ".eml":
                message = message_from_bytes(file.read_bytes())
                message_ids.setdefault(key, set()).add(message["Message-ID"])
        copy.mkdir()
        for kept in data.glob("tidings.db*"):
            if not kept.name.endswith("-shm"):
                shutil.copy(kept, copy)
        return cls(told, message_ids, _tables(copy / "tidings.db"))

    @property
    def notifications(self) -> dict[Key, dict[str, Any]]:
        return {(row["event_id"], row["channel"]): row for row in self.tables["notifications"]}

    @property
    def in_flight(self) -> set[Key]:
        """A hand-over may have begun, and its outcome was not durable."""
        return {key for key, row in self.notifications.items() if row["status"] == "SENDING"}

    @property
    def leases(self) -> dict[bytes, int]:
        """Until when each was to last."""
        return {row["token"]: row["until_at"] for row in self.tables["leases"]}

    @property
    def record_dead_letters(self) -> list[dict[str, Any]]:
        return [row for row in self.tables["dead_letters"] if row["notification_id"] is None]

    def trail(self) -> dict[int, list[dict[str, Any]]]:
        """The moves of each notification, as they are numbered."""
        moves: dict[int, list[dict[str, Any]]] = {}
        for move in sorted(self.tables["trail"], key=lambda move: (move["n"], move["number"])):
            moves.setdefault(move["n"], []).append(move)
        return moves

    def read_but_not_durable(self) -> list[tuple[str, Place]]:
        """(reader, place) before a committed one of which nothing at all is kept."""
        kept: dict[str, set[Place]] = {reader: set() for reader in ADDRESS_FIELDS}
        channel_of = {row["id"]: row["channel"] for row in self.tables["notifications"]}
        for row in self.tables["notifications"]:
            kept[row["channel"]].add(_origin(row))
        for row in self.tables["sightings"]:
            kept[channel_of[row["notification_id"]]].add(_origin(row))
        for row in self.record_dead_letters:
            for places in kept.values():
                places.add(_origin(row))
        return [
            (reader, place)
            for committed in self.tables["places"]
            for record in self.tables["records"]
            if (reader := committed["reader"]) in kept
            and (place := _place(record))[0] == committed.get("partition", 0)
            and record["offset"] < committed["next_offset"]
            and _concerns(record["value"], reader)
            and place not in kept[reader]
        ]


def count_settled(data: Path) -> int:
    """Beside a worker that writes: how many need no more of it, just now."""
    return _count(data, "status IN ('SENT', 'FAILED') OR waiting_for = 'answer'")


def count_paused(data: Path) -> int:
    """Likewise: how many came, or were put back, as their lane was paused."""
    return _count(data, "waiting_for = 'pause'")


def _count(data: Path, condition: str) -> int:
    with closing(sqlite3.connect(f"file:{data / 'tidings.db'}?mode=ro", uri=True)) as connection:
        [count] = connection.execute(
            f"SELECT count(*) FROM notifications WHERE lease IS NULL AND ({condition})"
        ).fetchone()
        return int(count)


def _tables(file: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        [answer] = connection.execute("PRAGMA integrity_check").fetchone()
        assert answer == "ok"
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
            for name in names
        }


def _origin(row: dict[str, Any]) -> Place:
    return row["partition"], row["record_offset"]


def _place(record: dict[str, Any]) -> Place:
    return record.get("partition", 0), record["offset"]


def _concerns(value: bytes, reader: str) -> bool:
    try:
        payload = json.loads(value)["payload"]
    except ValueError:
        return True
    return ADDRESS_FIELDS[reader] in payload
