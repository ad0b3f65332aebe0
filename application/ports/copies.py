"""What has a provider that only plays one written down?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.notification import Notification


class Copies(Protocol):
    """What would have been sent lies with us, for people to look at.

    - Raises StoreUnavailable for a copy that cannot be removed.
    """

    @abstractmethod
    async def erase(self, notifications: Sequence[Notification]) -> int:
        """Every copy of these; none of any other. Returns how many there were."""
