"""Which trace does a record belong to?

As W3C Trace Context (https://www.w3.org/TR/trace-context/) has it: a `traceparent` that is not
well-formed counts as none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TRACEPARENT = "traceparent"
_FORM = re.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def well_formed(given: object) -> str | None:
    return given if isinstance(given, str) and _FORM.fullmatch(given) else None


def traceparent_among(headers: Mapping[str, bytes]) -> str | None:
    return well_formed(headers.get(TRACEPARENT, b"").decode(errors="replace"))


def with_traceparent(event: bytes, traceparent: str) -> bytes:
    """`event` is a JSON object with a field or more; of equal fields the last one counts."""
    return b'%b,"%b":"%b"}' % (
        event.rstrip()[:-1],
        TRACEPARENT.encode(),
        traceparent.encode(),
    )
