"""What may a setting be, in words?"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import get_args

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr

from entrypoints.settings import Unit

_KINDS = {
    int: "a whole number",
    float: "a number",
    Path: "a path",
    str: "text",
    SecretStr: "text, never shown",
    bool: "`true` or `false`",
}


def allowed(kind: object, metadata: list[object]) -> str:
    kind = next((each for each in get_args(kind) if each is not type(None)), kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(f"`{member.value}`" for member in kind)
    [words] = [words for each, words in _KINDS.items() if each is kind]
    units = [f" of {each.name}" for each in metadata if isinstance(each, Unit)]
    return ", ".join(["".join([words, *units]), *_bounds(metadata)])


def _bounds(metadata: list[object]) -> Iterator[str]:
    for each in metadata:
        match each:
            case Ge(ge=bound):
                yield f"at least {bound}"
            case Gt(gt=bound):
                yield f"more than {bound}"
            case Le(le=bound):
                yield f"at most {bound}"
