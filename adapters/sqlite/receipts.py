"""Which receipts came too early, as the file says?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from adapters.sqlite.bulk import Row
from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_instant, to_microseconds
from application.ports.receipts import Receipts
from domain.receipt import TOO_EARLY, Receipt, ReceiptVerdict

_KEEP = """
    INSERT OR IGNORE INTO receipts (
        notification_id, generation, attempt, verdict, provider_id, words, rule, received_at
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_RIPE = f"""
    SELECT notification_id, generation, attempt, verdict, receipts.provider_id, words, rule,
        received_at
    FROM receipts LEFT JOIN notifications ON notifications.id = notification_id
    WHERE lease IS NULL AND coalesce(status, '') NOT IN ({", ".join("?" * len(TOO_EARLY))})
    ORDER BY receipts.n LIMIT ?"""

_SETTLE = """
    DELETE FROM receipts
    WHERE notification_id = ? AND generation = ? AND attempt = ? AND verdict = ?"""


class SqliteReceipts(Receipts):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, receipts: Sequence[Receipt]) -> None:
        await self._database.change(_KEEP, map(_row, receipts))

    async def ripe(self, *, limit: int) -> Sequence[Receipt]:
        rows = await self._database.read(
            lambda connection: connection.execute(_RIPE, (*TOO_EARLY, limit)).fetchall()
        )
        return [_receipt_of(row) for row in rows]

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        await self._database.change(_SETTLE, [_row(receipt)[:4] for receipt in receipts])


def _row(receipt: Receipt) -> Row:
    return (
        receipt.notification_id.bytes,
        receipt.generation,
        receipt.attempt,
        receipt.verdict,
        receipt.provider_id,
        receipt.words,
        receipt.rule,
        to_microseconds(receipt.received_at),
    )


def _receipt_of(row: Row) -> Receipt:
    return Receipt(
        notification_id=UUID(bytes=row[0]),
        generation=row[1],
        attempt=row[2],
        verdict=ReceiptVerdict(row[3]),
        provider_id=row[4],
        words=row[5],
        rule=row[6],
        received_at=to_instant(row[7]),
    )
