"""Which keys are there?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.api_key import ApiKey


class ApiKeys(Protocol):
    """Keys and sessions, without their secrets.

    - Durable when it returns. Raises StoreUnavailable.
    - Adding one whose id is taken changes nothing.
    """

    @abstractmethod
    async def add(self, key: ApiKey) -> None:
        """Sessions that are over by the new one's `made_at` are forgotten."""

    @abstractmethod
    async def find(self, id_: str) -> ApiKey | None:
        """Also what is revoked or over. A session is revoked once its key is, and was used when
        its key was."""

    @abstractmethod
    async def all(self) -> Sequence[ApiKey]:
        """Those that are no sessions, oldest first."""

    @abstractmethod
    async def revoke(self, id_: str, *, now: datetime) -> bool:
        """False if there is none, or it was revoked already."""

    @abstractmethod
    async def used(self, id_: str, *, now: datetime) -> None:
        """Its last use never moves back."""
