"""How are the shapes that a machine is told described? `make docs` writes docs/json.md anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec.inspect as inspect

from entrypoints.answers import ANSWERS, Refusal
from entrypoints.shapes import Shape

JSON_DOCUMENT = Path(__file__).parent.parent / "docs" / "json.md"

_HEAD = """# What a machine is told

*Written from `entrypoints/shapes.py` and `entrypoints/answers.py` by `make docs`.*

With `--json` a command writes one JSON document to standard output, and nothing else there.
`tidings show --follow --json` writes one document a line, each at once, until everything is final.

- Every field is always there; what there is not is `null`. No other field is ever there.
- A text is empty only where its meaning says that it may be.
- Instants are ISO 8601 in UTC, as `2026-03-01T12:00:00.250000Z`. Ids are text.
- Addresses and numbers are masked unless `--reveal` is given. Messages are not told, but for the
  body in `dlq show`, which is what was published.
- Lists are cut at `--limit`; what `next` holds is given to `--after` for the next page.
- If something cannot be done, the last line of standard error is a [Refusal](#refusal), and the
  exit code is the same as without `--json`.
- Done, but not all well, is no refusal: a `check` that fails and a `publish --file` with lines that
  nobody can read tell what they found on standard output, and end with 1."""

_PLAIN: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "whole number",
    inspect.BoolType: "true or false",
    inspect.UUIDType: "id",
    inspect.DateTimeType: "instant",
    inspect.NoneType: "null",
}


def json_document() -> str:
    commands = ["| command | tells |", "|---|---|"]
    for command, shapes in ANSWERS.items():
        told = ", ".join(_link(shape) for shape in shapes)
        commands.append(f"| `tidings {command}` | {told} |")
    named = [shape for shapes in ANSWERS.values() for shape in shapes]
    described = [_described(shape) for shape in _with_parts([*named, Refusal])]
    return "\n\n".join([_HEAD, "\n".join(commands), *described]) + "\n"


def _link(shape: type) -> str:
    return f"[{shape.__name__}](#{shape.__name__.lower()})"


def _with_parts(shapes: list[type[Shape]]) -> list[type]:
    """Each once, before what it is made of."""
    found: list[type] = []
    for shape in shapes:
        for each in (shape, *_parts(inspect.type_info(shape))):
            if each not in found:
                found.append(each)
    return found


def _parts(kind: inspect.Type) -> Iterator[type]:
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            yield cls
            for field in fields:
                yield from _parts(field.type)
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            yield from _parts(inner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _parts(each)


def _described(shape: type) -> str:
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    lines = [f"## {shape.__name__}", "", shape.__doc__ or "", "", "| field | is | means |"]
    lines.append("|---|---|---|")
    if kind.tag is not None:
        lines.append(f"| `{kind.tag_field}` | `{kind.tag}` | which shape it is |")
    lines += [
        f"| `{field.encode_name}` | {_is(field.type)} | {_meaning(field.type)} |"
        for field in kind.fields
    ]
    return "\n".join(lines)


def _is(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner):
            return _is(inner)
        case inspect.StructType(cls=cls):
            return _link(cls)
        case inspect.ListType(item_type=inner):
            return f"list of {_is(inner)}"
        case inspect.DictType(value_type=inner):
            return f"object: {_is(inner)} by name"
        case inspect.UnionType(types=types):
            return " or ".join(_is(each) for each in types)
        case inspect.EnumType(cls=cls):
            return ", ".join(f"`{member.value}`" for member in cls)
        case inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case _:
            return _PLAIN[type(kind)]


def _meaning(kind: inspect.Type) -> str:
    """Every field says what it means: a KeyError is a field that does not."""
    assert isinstance(kind, inspect.Metadata)
    return str((kind.extra_json_schema or {})["description"])
