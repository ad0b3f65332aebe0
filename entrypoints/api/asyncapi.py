"""What do the topics hold, for whoever publishes or reads there? (AsyncAPI 3.0)"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, NamedTuple

from adapters.wire.event_schema import dead_letter_schema, event_schemas

Document = dict[str, Any]

_REF = "#/components/schemas/{name}"


class Topics(NamedTuple):
    events: str = "notifications"
    dead_letters: str = "notifications-dlq"


USUAL = Topics()


def document(topics: Topics) -> Document:
    schemas = event_schemas(_REF)
    del schemas["EventOrEvents"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tidings",
            "version": version("tidings"),
            "description": "Events go in; what could not be read or served comes out again.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": topics.events,
                "description": "Every event is told once, however often it is published.",
                "messages": {
                    "event": _to("messages", "event"),
                    "cloudEvent": _to("messages", "cloudEvent"),
                },
            },
            "deadLetters": {
                "address": topics.dead_letters,
                "messages": {"deadLetter": _to("messages", "deadLetter")},
            },
        },
        "operations": {
            "takeEvents": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Tell each person whom an event names.",
            },
            "giveDeadLetters": {
                "action": "send",
                "channel": {"$ref": "#/channels/deadLetters"},
                "summary": "Say what nobody could be told, and why.",
            },
        },
        "components": {
            "messages": {
                "event": {"name": "Event", "payload": _to("schemas", "Event")},
                "cloudEvent": {
                    "name": "CloudEvent",
                    "summary": "In structured mode; in binary mode the attributes are headers.",
                    "contentType": "application/cloudevents+json",
                    "payload": _to("schemas", "CloudEvent"),
                },
                "deadLetter": {"name": "DeadLetter", "payload": _to("schemas", "DeadLetter")},
            },
            "schemas": schemas | {"DeadLetter": dead_letter_schema(_REF)},
        },
    }


def _to(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
