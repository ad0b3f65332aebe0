"""Is this one known to be accepted already, without asking the store?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.repeat import Standing


class AcceptedCache(Protocol):
    """A shortcut past the store for what comes again.

    - A hit proves that the store has it: only what is durable is remembered.
    - A miss proves nothing. It forgets whenever it likes, and never raises.
    """

    @abstractmethod
    async def known(self, notification_ids: Sequence[UUID]) -> Mapping[UUID, Standing]: ...

    @abstractmethod
    async def remember(self, standings: Sequence[Standing]) -> None: ...
