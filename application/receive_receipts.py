"""What does a provider's later word change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.bisect import bisected
from application.errors import RowRefused
from application.ports.clock import Clock
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from application.ports.receipts import Receipts
from application.ports.telemetry import Telemetry
from domain.notification import Notification
from domain.receipt import Receipt

BATCH = 100
#: Who moved it, as its trail says.
BY = "a receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReceipts:
    """Once it returns, what came has changed what it can, or is kept until it can.

    Doubled, late and strange ones change nothing. Raises StoreUnavailable: then they are to
    come again, which is harmless.
    """

    receipts: Receipts
    store: NotificationStore
    history: NotificationHistory
    clock: Clock
    telemetry: Telemetry

    async def __call__(self, came: Sequence[Receipt]) -> None:
        early = await self._hear(came)
        if early:
            await self.receipts.keep(early)

    async def hear_kept(self) -> int:
        """Those that were kept and can be heard now. Returns how many were settled."""
        kept = await self.receipts.ripe(limit=BATCH)
        if not kept:
            return 0
        early = {receipt.key for receipt in await self._hear(kept)}
        heard = [receipt for receipt in kept if receipt.key not in early]
        if heard:
            await self.receipts.settle(heard)
        return len(heard)

    async def _hear(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Returns those that are too early, or whose notification somebody else has in hand.

        Each notification is moved once in a round: each move is written only behind the one
        before it, and a receipt may lead on from there.
        """
        standing = dict(await self.history.find([receipt.notification_id for receipt in receipts]))
        left = [receipt for receipt in receipts if receipt.notification_id in standing]
        early = [each for each in left if standing[each.notification_id].is_too_early_for(each)]
        now = self.clock.now()
        while left:
            moves: dict[UUID, Notification] = {}
            for receipt in left:
                before = standing[receipt.notification_id]
                moved = before.receive(receipt, now=now, by=BY)
                if moved is not None:
                    moves.setdefault(moved.id, moved)
            written, refused = await self._write(list(moves.values()))
            missed = moves.keys() - written - refused
            early += [each for each in left if each.notification_id in missed]
            standing |= moves
            left = [each for each in left if each.notification_id in written]
        return early

    async def _write(self, moved: Sequence[Notification]) -> tuple[set[UUID], set[UUID]]:
        """Returns whom nobody else has moved meanwhile, and whom the store refuses: it would
        again, so these receipts are let go of."""
        refused: set[UUID] = set()

        async def refuse(notification: Notification, error: RowRefused) -> Sequence[Notification]:
            self.telemetry.trouble(notification.channel, "hearing a receipt", error)
            refused.add(notification.id)
            return []

        written = await bisected(self.store.revise, moved, refuse) if moved else []
        return {notification.id for notification in written}, refused
