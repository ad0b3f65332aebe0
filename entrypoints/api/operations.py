"""What can be asked for over HTTP, by whom, and what is answered?

One table: the routes, the rights and the OpenAPI document all follow from it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers

from domain.api_key import Scope
from domain.audit import Action, AuditEntry
from entrypoints.api.access import Caller
from entrypoints.container import Tidings
from entrypoints.shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has been let in, and read. Names are as the operation has them."""

    tidings: Tidings
    caller: Caller
    path: Mapping[str, Any]  #: text, but for an `id`, which is a UUID
    query: Any  #: of the operation's shape
    body: Any  #: of the operation's shape, or the bytes where it has none
    headers: Headers

    @property
    def reveals(self) -> bool:
        return Scope.PERSONAL in self.caller.scopes

    async def note_look(self, about: str) -> None:
        """Somebody reads personal data."""
        tidings = self.tidings
        entry = AuditEntry(
            at=tidings.clock.now(),
            by=self.caller.name,
            action=Action.PERSONAL_DATA_READ,
            about=about,
        )
        await tidings.audit_log.append([entry])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    answer: Shape | None = None


class NoQuery(Shape, frozen=True, kw_only=True):
    """Nothing can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`shape` None: events, which the handler reads itself. `rules` are a JSON schema of what holds
    besides, which the handler sees to."""

    shape: type[Shape] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    most: int = 64 * 1024  #: bytes
    media_types: frozenset[str] = frozenset({"application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`problems` are those beyond what every operation can meet."""

    id: str
    method: str
    path: str
    summary: str
    scope: Scope
    handler: Callable[[Call], Awaitable[Reply]]
    answers: Mapping[int, type[Shape]]
    query: type[Shape] = NoQuery
    headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: parameters, by name
    body: Body | None = None
    problems: tuple[str, ...] = field(default=())
