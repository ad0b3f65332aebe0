"""Which lanes has somebody paused?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from domain.pause import Pause


class LaneControl(Protocol):
    """One switch for each channel, which all workers share.

    - What was switched is durable when the call returns, and every worker that asks sees it.
    - The first pause of a channel stands until it is resumed; of two at once, one.
    - Each channel has its own.
    - Raises StoreUnavailable.
    """

    @abstractmethod
    async def pauses(self) -> Mapping[str, Pause]:
        """By channel; those that are not named go on."""

    @abstractmethod
    async def pause(self, pause: Pause) -> Pause | None:
        """None if it stands now; else the one that stands already."""

    @abstractmethod
    async def resume(self, channel: str) -> Pause | None:
        """The pause that has ended; None: there was none."""
