"""How is a request's body read, when it may be too large, too slow, or not JSON at all?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from entrypoints.api.problems import Refused, wrong

S = TypeVar("S", bound=msgspec.Struct)

READ_WITHIN = 20.0  #: seconds
MOST_AT_ONCE = 64 * 1024 * 1024  #: bytes, of all requests together
_MOST_PARAMETERS = 50
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*)`$", re.DOTALL)
_NAMED = re.compile(r"(?:required|unknown) field `([^`]*)`")
_VALUE = re.compile(r""" (['"]).*\1""", re.DOTALL)


class Bodies:
    """All that are being read or answered, so that many large ones together are bounded too."""

    def __init__(self, *, within: float = READ_WITHIN, most_at_once: int = MOST_AT_ONCE) -> None:
        self._within = within
        self._most_at_once = most_at_once
        self._held = 0

    @asynccontextmanager
    async def of(self, request: Request, *, most: int) -> AsyncIterator[bytes]:
        """Held until it is answered. Raises Refused."""
        if _announced(request) > most:
            raise _too_large(most)
        read = bytearray()
        try:
            await self._fill(read, request, most)
            yield bytes(read)
        finally:
            self._held -= len(read)

    async def _fill(self, read: bytearray, request: Request, most: int) -> None:
        try:
            async with asyncio.timeout(self._within):
                async for chunk in request.stream():
                    if self._held + len(chunk) > self._most_at_once:
                        again = {"Retry-After": "1"}
                        raise Refused("unavailable", "too much at once", headers=again)
                    self._held += len(chunk)
                    read += chunk
                    if len(read) > most:
                        raise _too_large(most)
        except TimeoutError as error:
            raise Refused("too-slow", f"a body has {self._within:g} seconds to arrive") from error
        except ClientDisconnect as error:
            raise Refused("bad-request", "the body ended before it was whole") from error


def _too_large(most: int) -> Refused:
    return Refused("too-large", f"at most {most} bytes are read here")


def is_json(request: Request, *, also: frozenset[str] = frozenset()) -> bool:
    """As it stands: nothing that is packed is unpacked."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return False
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return given == "application/json" or given in also


def decoded(body: bytes, shape: type[S]) -> S:
    """Raises Refused, which names the field and never what stood there."""
    try:
        found = msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise refused(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad-request", f"body: not JSON: {_told(error)}") from error
    _check(found)
    return found


def query_of(request: Request) -> dict[str, str]:
    """Raises Refused if it is no text, or one is given twice."""
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise Refused("bad-request", "the query is not UTF-8") from error
    except ValueError as error:
        detail = f"the query has more than {_MOST_PARAMETERS} parameters"
        raise Refused("bad-request", detail) from error
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Refused("bad-request", "a parameter of the query is given twice")
    return values


def converted(values: Mapping[str, str], shape: type[S]) -> S:
    """Of texts, as a query has them. Raises Refused."""
    try:
        found = msgspec.convert(dict(values), shape, strict=False)
    except msgspec.ValidationError as error:
        raise refused(error) from error
    for each in msgspec.structs.fields(shape):
        if each.encode_name not in values:
            continue
        text, value = values[each.encode_name], getattr(found, each.name)
        if value is None:  # of the word `null`
            raise wrong(each.encode_name, "text of another kind is wanted")
        if isinstance(value, datetime) and "T" not in text.upper():
            raise wrong(each.encode_name, "an instant as 2026-03-02T12:00:00Z is wanted")
        if isinstance(value, bool) and text not in ("true", "false"):
            raise wrong(each.encode_name, "true or false is wanted")
    _check(found)
    return found


def _check(found: msgspec.Struct, within: str = "") -> None:
    """What no store can hold. Raises Refused."""
    for each in msgspec.structs.fields(found):
        name = f"{within}{each.encode_name}"
        match getattr(found, each.name):
            case str(text) if "\0" in text:
                raise wrong(name, "text with the character U+0000")
            case datetime() as instant if not _is_storable(instant):
                raise wrong(name, "an instant in the years 1 to 9999, UTC, is wanted")
            case msgspec.Struct() as inner:
                _check(inner, f"{name}.")


def _is_storable(instant: datetime) -> bool:
    try:
        instant.astimezone(UTC)
    except OverflowError:
        return False
    return True


def refused(error: msgspec.ValidationError) -> Refused:
    whole = str(error)
    place = _PLACE.search(whole)
    problem = whole[: place.start()] if place else whole
    named = _NAMED.search(problem)
    parts = (place[1] if place else "", named[1] if named else "")
    field = ".".join(filter(None, parts))[:100] or "body"
    return wrong(field, _VALUE.sub("", problem)[:200])


def _told(error: Exception) -> str:
    match error:
        case RecursionError():
            return "nested too deeply"
        case UnicodeDecodeError():
            return f"not UTF-8 from byte {error.start} on"
        case _:
            return str(error)


def _announced(request: Request) -> int:
    """What is no length is not believed, but counted as it comes."""
    text = request.headers.get("content-length", "")
    return int(text[:18]) if text.isascii() and text.isdigit() else 0
