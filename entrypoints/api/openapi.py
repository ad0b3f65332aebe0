"""What does the API's own description say? (OpenAPI 3.1)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

import msgspec

from adapters.wire.event_schema import event_schemas
from entrypoints.api.operations import Body, Operation
from entrypoints.api.problems import KINDS, MEDIA_TYPE, Problem
from entrypoints.channels import CHANNELS
from entrypoints.shapes import Shape

Document = dict[str, Any]

_REF = "#/components/schemas/{name}"
#: What every operation can meet.
_ALWAYS = ("bad-request", "unauthenticated", "forbidden", "unavailable")
_WITH_A_BODY = ("too-slow", "too-large", "unsupported-media-type")
#: Of each status that has any.
_HEADERS: Mapping[int, Document] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}},
    503: {
        "Retry-After": {
            "description": "Seconds.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    },
}
_UUID: Document = {"type": "string", "format": "uuid"}
_CHANNEL: Document = {"type": "string", "enum": list(CHANNELS)}
#: By name.
_PATH: Mapping[str, Document] = {
    "id": {"description": "As the list shows it.", "schema": _UUID},
    "channel": {"description": "The lane's.", "schema": _CHANNEL},
    "event_id": {
        "description": "The event's id; or a notification's, for its chapter alone.",
        "schema": {"type": "string", "minLength": 1},
    },
}


def document(operations: Iterable[Operation]) -> Document:
    every = list(operations)
    paths: dict[str, Document] = {}
    for each in every:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tidings",
            "version": version("tidings"),
            "description": "Publish events, see what became of them, and decide what a person "
            "must. Every problem is answered as RFC 9457 says.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": _components(every) | event_schemas(_REF),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key that `tidings keys create` made.",
                }
            },
        },
    }


def _components(operations: Iterable[Operation]) -> Document:
    shapes: list[type[Shape]] = [Problem]
    for each in operations:
        shapes += each.answers.values()
        if each.body is not None and each.body.shape is not None:
            shapes.append(each.body.shape)
    _, components = msgspec.json.schema_components(dict.fromkeys(shapes), ref_template=_REF)
    return dict(components)


def _operation(operation: Operation) -> Document:
    problems = [*_ALWAYS, *operation.problems]
    found: Document = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"For keys with the scope `{operation.scope}`.",
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation),
            *_header_parameters(operation),
        ],
    }
    if operation.body is not None:
        problems += _WITH_A_BODY
        found["requestBody"] = {"required": True, "content": _content(operation.body)}
    found["responses"] = _answers(operation) | _problems(problems)
    return found


def _path_parameters(operation: Operation) -> list[Document]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, **_PATH[name]} for name in names]


def _header_parameters(operation: Operation) -> list[Document]:
    return [
        {"name": name, "in": "header", "required": False, **parameter}
        for name, parameter in operation.headers.items()
    ]


def _query_parameters(operation: Operation) -> list[Document]:
    _, components = msgspec.json.schema_components([operation.query], ref_template=_REF)
    properties: Mapping[str, Document] = components[operation.query.__name__]["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": _inline(schema, components),
        }
        for name, schema in properties.items()
    ]


def _inline(schema: Document, components: Mapping[str, Document]) -> Document:
    """Without null, which a query cannot say, and without references."""
    choices = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    [chosen] = choices
    if "$ref" in chosen:
        chosen = components[chosen["$ref"].rpartition("/")[2]]
    return {k: v for k, v in chosen.items() if k not in ("description", "title", "default")}


def _content(body: Body) -> Document:
    if body.shape is not None:
        schema: Document = {"$ref": _REF.format(name=body.shape.__name__), **body.rules}
    else:
        schema = {"$ref": _REF.format(name="EventOrEvents")}
    return {media_type: {"schema": schema} for media_type in sorted(body.media_types)}


def _answers(operation: Operation) -> Document:
    return {
        str(status): {
            "description": (shape.__doc__ or "").partition("\n")[0],
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=shape.__name__)}}},
        }
        for status, shape in operation.answers.items()
    }


def _problems(names: Iterable[str]) -> Document:
    titles: dict[int, list[str]] = {}
    for name in names:
        titles.setdefault(int(KINDS[name].status), []).append(KINDS[name].title)
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {
        str(status): {
            "description": " ".join(dict.fromkeys(each)),
            "headers": _HEADERS.get(status, {}),
            "content": content,
        }
        for status, each in titles.items()
    }
