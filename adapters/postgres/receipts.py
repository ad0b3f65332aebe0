"""Which receipts came too early, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from adapters.postgres.arrays import Columns, Row
from adapters.postgres.database import Database, rows_of
from application.ports.receipts import Receipts
from domain.receipt import TOO_EARLY, Receipt, ReceiptVerdict

_KEPT = Columns(
    notification_id="uuid",
    received_at="timestamptz",
    generation="integer",
    attempt="integer",
    verdict="text",
    provider_id="text",
    words="text",
    rule="text",
)
_KEEP = text(f"INSERT INTO receipts ({_KEPT.names}) {_KEPT.given} ON CONFLICT DO NOTHING")

_RIPE = """
    SELECT notification_id, received_at, generation, attempt, verdict, receipts.provider_id, words,
        rule
    FROM receipts LEFT JOIN states ON states.id = notification_id
    WHERE lease IS NULL AND coalesce(status, '') <> ALL(:too_early)
    ORDER BY receipts.n LIMIT :limit"""

_SETTLE = text(f"""
    DELETE FROM receipts USING ({_KEPT.given}) AS given
    WHERE (receipts.notification_id, receipts.generation, receipts.attempt, receipts.verdict)
        = (given.notification_id, given.generation, given.attempt, given.verdict)""")


class PostgresReceipts(Receipts):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, receipts: Sequence[Receipt]) -> None:
        values = _KEPT.values(map(_row, receipts))
        await self._database.write(lambda c: c.execute(_KEEP, values))

    async def ripe(self, *, limit: int) -> Sequence[Receipt]:
        """A look of the claiming lane: it queues behind nothing that is written."""
        values = {"too_early": list(TOO_EARLY), "limit": limit}
        rows = await self._database.claim(lambda c: rows_of(c, _RIPE, values))
        return [_receipt_of(row) for row in rows]

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        values = _KEPT.values(map(_row, receipts))
        await self._database.write(lambda c: c.execute(_SETTLE, values))


def _row(receipt: Receipt) -> Row:
    return (
        receipt.notification_id,
        receipt.received_at,
        receipt.generation,
        receipt.attempt,
        receipt.verdict,
        receipt.provider_id,
        receipt.words,
        receipt.rule,
    )


def _receipt_of(row: Sequence[Any]) -> Receipt:
    return Receipt(
        notification_id=UUID(int=row[0].int),
        received_at=row[1],
        generation=row[2],
        attempt=row[3],
        verdict=ReceiptVerdict(row[4]),
        provider_id=row[5],
        words=row[6],
        rule=row[7],
    )
