"""What does a page know of whoever opens it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.seldom import Seldom
from domain.api_key import Scope
from domain.audit import Action, AuditEntry
from entrypoints.api.bodies import Bodies, S, converted
from entrypoints.api.problems import Refused
from entrypoints.console.overseen import Overseen
from entrypoints.console.pages import Pages, go_to
from entrypoints.console.reception import Reception, Visitor, is_own_form
from entrypoints.console.saying import Said
from entrypoints.container import Tidings
from entrypoints.settings import Settings

_MOST = 64 * 1024  # bytes
_MOST_FIELDS = 40
_NOTED_EVERY = timedelta(minutes=10)
_MOST_NOTED = 1000


class Looks:
    """Who looked at whose personal data."""

    def __init__(self, audit_log: AuditLog, clock: Clock) -> None:
        self._audit_log = audit_log
        self._clock = clock
        self._noted: dict[tuple[str, str], datetime] = {}

    async def note(self, by: str, about: str, *, renews_itself: bool) -> None:
        """A page that renews itself is one look for a while. Raises StoreUnavailable."""
        now = self._clock.now()
        noted_at = self._noted.get((by, about))
        if renews_itself and noted_at is not None and now - noted_at < _NOTED_EVERY:
            return
        entry = AuditEntry(at=now, by=by, action=Action.PERSONAL_DATA_READ, about=about)
        await self._audit_log.append([entry])
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[by, about] = now


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all visits share."""

    tidings: Tidings
    settings: Settings
    reception: Reception
    pages: Pages
    bodies: Bodies
    looks: Looks
    overseen: Overseen
    known_types: Seldom[Sequence[str]]  #: of the latest notifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    house: House
    request: Request
    visitor: Visitor
    form: Mapping[str, str]  #: empty unless one was sent

    @property
    def tidings(self) -> Tidings:
        return self.house.tidings

    @property
    def by(self) -> str:
        return self.visitor.caller.name

    @property
    def reveals(self) -> bool:
        return self.visitor.may(Scope.PERSONAL)

    @property
    def now(self) -> datetime:
        return self.tidings.clock.now()

    def query(self, shape: type[S]) -> S:
        """What is empty was not filled in. Raises Refused."""
        return _given(dict(self.request.query_params.multi_items()), shape)

    def filled_in(self, shape: type[S]) -> S:
        """Raises Refused."""
        return _given(self.form, shape)

    async def note_look(self, about: str, *, renews_itself: bool = False) -> None:
        """Somebody reads personal data."""
        await self.house.looks.note(self.by, about, renews_itself=renews_itself)

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        return self.house.pages.render(
            self.request, self.visitor, template, status=status, now=self.now, **values
        )

    def go_to(self, path: str, said: Said | None = None) -> Response:
        return go_to(self.request, path, said)


def _given(values: Mapping[str, str], shape: type[S]) -> S:
    names = {each.encode_name for each in msgspec.structs.fields(shape)}
    given = {name: value for name, value in values.items() if name in names and value.strip()}
    return converted(given, shape)


async def read_form(request: Request, bodies: Bodies) -> Mapping[str, str]:
    """Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused("unsupported-media-type", "a form is wanted")
    async with bodies.of(request, most=_MOST) as body:
        try:
            fields = parse_qsl(
                body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except ValueError as error:
            raise Refused("bad-request", "body: no form can be read from it") from error
    return dict(fields)


def refuse_other_forms(form: Mapping[str, str], form_secret: str, name: str) -> None:
    if not form_secret or not is_own_form(form_secret, name, form.get("token", "")):
        detail = "this form is too old, or from elsewhere; go back, reload the page, and try again"
        raise Refused("forbidden", detail)
