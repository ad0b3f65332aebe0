"""Who looked, and who acted?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.audit import AuditEntry


class AuditLog(Protocol):
    """Only ever appended to; the moves of notifications stand in their own trails.

    - Durable when it returns. Raises StoreUnavailable.
    """

    @abstractmethod
    async def append(self, entries: Sequence[AuditEntry]) -> None: ...

    @abstractmethod
    async def latest(self, *, limit: int) -> Sequence[AuditEntry]:
        """The last ones appended, newest first."""
