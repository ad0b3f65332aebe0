"""How is a request's body read, when it may be too large, too slow, or not JSON at all?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from entrypoints.api.problems import Refused, wrong

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_WITHIN = 20.0  # seconds
_MOST_AT_ONCE = 64 * 1024 * 1024  # bytes, of all requests together
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*)`$", re.DOTALL)
_NAMED = re.compile(r"(?:required|unknown) field `([^`]*)`")
_VALUE = re.compile(r""" (['"]).*\1""", re.DOTALL)


class Bodies:
    """All that are being read, so that many large ones together are bounded too."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, request: Request, *, most: int) -> bytes:
        """Raises Refused."""
        too_large = Refused("too-large", f"at most {most} bytes are read here")
        if _announced(request) > most:
            raise too_large
        read = bytearray()
        try:
            async with asyncio.timeout(_WITHIN):
                async for chunk in request.stream():
                    if self._held + len(chunk) > _MOST_AT_ONCE:
                        raise Refused(
                            "unavailable", "too much at once", headers={"Retry-After": "1"}
                        )
                    self._held += len(chunk)
                    read += chunk
                    if len(read) > most:
                        raise too_large
        except TimeoutError as error:
            raise Refused("too-slow", f"a body has {_WITHIN:.0f} seconds to arrive") from error
        except ClientDisconnect as error:
            raise Refused("bad-request", "the body ended before it was whole") from error
        finally:
            self._held -= len(read)
        return bytes(read)


def is_json(request: Request, *, also: frozenset[str] = frozenset()) -> bool:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return given == "application/json" or given in also


def decoded(body: bytes, shape: type[T]) -> T:
    """Raises Refused, which names the field and never what stood there."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise refused(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad-request", f"body: not JSON: {_told(error)}") from error


def converted(values: Mapping[str, str], shape: type[S]) -> S:
    """Of texts, as a query has them. Raises Refused."""
    try:
        found = msgspec.convert(dict(values), shape, strict=False)
    except msgspec.ValidationError as error:
        raise refused(error) from error
    for each in msgspec.structs.fields(shape):
        text = values.get(each.encode_name, "")
        if isinstance(getattr(found, each.name), datetime) and "T" not in text.upper():
            raise wrong(each.encode_name, "an instant as 2026-03-02T12:00:00Z is wanted")
    return found


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
