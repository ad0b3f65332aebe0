"""What has a provider that only plays one written down?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from typing import Protocol


class Copies(Protocol):
    """What would have been sent lies with us, for people to look at.

    - Raises StoreUnavailable for a copy that cannot be removed.
    """

    @abstractmethod
    async def erase(self, event_ids: Collection[str]) -> int:
        """Every copy of these events' notifications; none of any other. Returns how many there
        were. All copies are looked through, however few events are given."""
