"""What does a person know of a notification that the provider may have?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.ports.notification_store import NotificationStore
from domain.audit import Action, AuditEntry
from domain.channel import Channel
from domain.masking import masked
from domain.notification import Notification


class Resolution(StrEnum):
    SENT = "sent"  #: the provider has it
    RESEND = "resend"  #: hand it over once more, as it is
    FAIL = "fail"  #: it did not arrive, and will not


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveUncertain:
    """Who decided, and why, stands in its trail, and before that in the audit log."""

    channels: Mapping[str, Channel]
    store: NotificationStore
    audit_log: AuditLog
    clock: Clock

    async def __call__(
        self, notification: Notification, resolution: Resolution, *, by: str, why: str
    ) -> Sequence[Notification]:
        """The notification as it stands now; empty if somebody else has moved it meanwhile.

        Raises IllegalTransition if it is not uncertain, NoAttemptLeft.
        """
        now = self.clock.now()
        match resolution:
            case Resolution.SENT:
                moved = notification.confirm_sent(now=now, by=by, why=why)
            case Resolution.RESEND:
                channel = self.channels[notification.channel]
                moved = notification.send_again(channel=channel, now=now, by=by, why=why)
            case Resolution.FAIL:
                moved = notification.give_up(now=now, by=by, why=why)
            case _:
                assert_never(resolution)
        entry = AuditEntry(
            at=now,
            by=by,
            action=Action.NOTIFICATION_RESOLVED,
            about=f"notification {notification.id}",
            words=f"{resolution}: {masked(why, recipient=notification.recipient.address)}",
        )
        await self.audit_log.append([entry])
        return await self.store.revise([moved])
