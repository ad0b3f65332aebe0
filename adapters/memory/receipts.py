"""Which receipts came too early, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.database import Database
from application.ports.receipts import Receipts
from domain.receipt import TOO_EARLY, Receipt


class MemoryReceipts(Receipts):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, receipts: Sequence[Receipt]) -> None:
        self._database.reach()
        for receipt in receipts:
            self._database.receipts.setdefault(receipt.key, receipt)

    async def ripe(self, *, limit: int) -> Sequence[Receipt]:
        self._database.reach()
        kept = self._database.receipts.values()
        return [receipt for receipt in kept if self._is_ripe(receipt)][:limit]

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        self._database.reach()
        for receipt in receipts:
            self._database.receipts.pop(receipt.key, None)

    def _is_ripe(self, receipt: Receipt) -> bool:
        notification = self._database.notifications.get(receipt.notification_id)
        return notification is None or (
            notification.id not in self._database.hands and notification.status not in TOO_EARLY
        )
