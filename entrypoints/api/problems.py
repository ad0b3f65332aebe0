"""What is somebody told over HTTP whose request cannot be done? (RFC 9457)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

import msgspec
from starlette.responses import Response

from application.errors import RowRefused, StoreUnavailable, StreamUnavailable
from domain.errors import AlreadyExpired, IllegalTransition, NoAttemptLeft, TidingsError
from entrypoints.errors import CannotBeDone, NotThere
from entrypoints.shapes import Shape, means

MEDIA_TYPE = "application/problem+json"
#: Of every answer.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Kind:
    status: HTTPStatus
    title: str


#: Every problem that there is. `type` is `urn:tidings:problem:` and the name.
KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(HTTPStatus.BAD_REQUEST, "The request is not as the API wants it."),
    "unauthenticated": Kind(HTTPStatus.UNAUTHORIZED, "No valid API key was given."),
    "forbidden": Kind(HTTPStatus.FORBIDDEN, "This is not for whoever asks."),
    "not-found": Kind(HTTPStatus.NOT_FOUND, "There is no such thing."),
    "method-not-allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "It cannot be asked in this way."),
    "too-slow": Kind(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive."),
    "conflict": Kind(HTTPStatus.CONFLICT, "The event's id stands for other content already."),
    "not-as-it-stands": Kind(HTTPStatus.CONFLICT, "As things stand it cannot be done."),
    "headers-too-large": Kind(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too large."
    ),
    "too-large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large."),
    "unsupported-media-type": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is wanted."),
    "unreadable-event": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "No event can be read from it."),
    "bug": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug in Tidings."),
    "unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "What it needs is away; try again."),
}


class Field(Shape, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: Annotated[str, means("where, as `payload.email`; `body` is the whole")]
    problem: Annotated[str, means("what stands there, by its shape, and what is wanted")]


class Problem(Shape, frozen=True, kw_only=True):
    """Why it was not done (RFC 9457)."""

    type: Annotated[str, means("`urn:tidings:problem:` and the kind of problem")]
    title: Annotated[str, means("the kind, in a sentence")]
    status: Annotated[int, means("the HTTP status")]
    detail: Annotated[str, means("what it is here, and what to do")]
    errors: Annotated[list[Field], means("each field that is wrong; may be empty")]


class Refused(TidingsError):
    """A request that is not served. `kind` is one of KINDS."""

    def __init__(
        self,
        kind: str,
        detail: str,
        fields: Sequence[Field] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.fields = fields
        self.headers = headers


def wrong(field: str, problem: str) -> Refused:
    return Refused("bad-request", f"{field}: {problem}", [Field(field=field, problem=problem)])


def refusal_of(error: TidingsError) -> Refused:
    """Raises what nobody planned to meet here."""
    match error:
        case Refused():
            return error
        case NotThere(field=str(field)):
            return wrong(field, str(error))
        case NotThere():
            return Refused("not-found", str(error))
        case CannotBeDone() | IllegalTransition() | NoAttemptLeft() | AlreadyExpired():
            return Refused("not-as-it-stands", str(error))
        case StoreUnavailable() | StreamUnavailable():
            detail = f"{error.problem}; nothing accepted is lost"
            return Refused("unavailable", detail, headers={"Retry-After": "2"})
        case RowRefused():
            return Refused("bad-request", "the store cannot hold what this holds")
        case _:
            raise error


def answer(refused: Refused) -> Response:
    kind = KINDS[refused.kind]
    problem = Problem(
        type=f"urn:tidings:problem:{refused.kind}",
        title=kind.title,
        status=kind.status,
        detail=refused.detail,
        errors=list(refused.fields),
    )
    headers = {**HEADERS, **(refused.headers or {})}
    return Response(msgspec.json.encode(problem), kind.status, headers, media_type=MEDIA_TYPE)
