"""May a hand-over to this recipient begin now, as the file says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from adapters.sqlite.bulk import Bulk
from adapters.sqlite.database import Database, Durability
from adapters.sqlite.rows import to_instant, to_microseconds
from application.errors import StoreUnavailable
from application.ports.rate_limiter import RateAsk, RateLimiter, grouped, in_order
from domain.rate import EMPTY_LEDGER, Ask, Ledger, RateRule, RateVerdict

_REPLACE = Bulk("REPLACE INTO rate_ledgers (key, ledger, forgettable_at) VALUES", columns=3)
_Lines = list[tuple[bytes, int, int, int]]  # notification id, generation, attempt, instant
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[_Lines, _Lines]).decode


class SqliteRateLimiter(RateLimiter):
    """One row for each recipient that was told of lately; grants survive a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        groups = grouped(asks)

        def take(connection: sqlite3.Connection) -> dict[str, list[RateVerdict]]:
            connection.execute(
                "DELETE FROM rate_ledgers WHERE forgettable_at <= ?", (to_microseconds(now),)
            )
            ledgers = _read(connection, list(groups))
            verdicts: dict[str, list[RateVerdict]] = {}
            for key, group in groups.items():
                ledger, wanted = ledgers.get(key, EMPTY_LEDGER), [each.ask for each in group]
                verdicts[key], ledgers[key] = rule.take(ledger, wanted, now=now)
            _write(connection, ledgers, rule)
            return verdicts

        # On the disk with the notification that begins by it, which is written after it.
        return in_order(asks, await self._database.write(take, durability=Durability.PROCESS))

    async def give_back(self, asks: Sequence[RateAsk], *, rule: RateRule) -> None:
        groups = grouped(asks)

        def give_back(connection: sqlite3.Connection) -> None:
            ledgers = {
                key: rule.give_back(ledger, [each.ask for each in groups[key]])
                for key, ledger in _read(connection, list(groups)).items()
            }
            _write(connection, ledgers, rule)

        try:
            await self._database.write(give_back, durability=Durability.PROCESS)
        except StoreUnavailable:
            return  # the grants stop counting by themselves


def _read(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Ledger]:
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(
        f"SELECT key, ledger FROM rate_ledgers WHERE key IN ({marks})", keys
    ).fetchall()
    ledgers: dict[str, Ledger] = {}
    for key, blob in rows:
        grants, queue = _decode(blob)
        ledgers[key] = Ledger(grants=_entries(grants), queue=_entries(queue))
    return ledgers


def _entries(lines: _Lines) -> tuple[tuple[Ask, datetime], ...]:
    return tuple(
        ((UUID(bytes=id_), generation, attempt), to_instant(at))
        for id_, generation, attempt, at in lines
    )


def _write(connection: sqlite3.Connection, ledgers: dict[str, Ledger], rule: RateRule) -> None:
    rows = [
        (key, _encode((_lines(ledger.grants), _lines(ledger.queue))), _forgettable_at(rule, ledger))
        for key, ledger in ledgers.items()
    ]
    _REPLACE.write(connection, rows)


def _forgettable_at(rule: RateRule, ledger: Ledger) -> int:
    instant = rule.forgettable_at(ledger)
    return 0 if instant is None else to_microseconds(instant)


def _lines(entries: tuple[tuple[Ask, datetime], ...]) -> _Lines:
    return [
        (id_.bytes, generation, attempt, to_microseconds(at))
        for (id_, generation, attempt), at in entries
    ]
