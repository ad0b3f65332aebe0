"""What shape has an event in the wire format, for whoever publishes one? (JSON Schema 2020-12)"""

from __future__ import annotations

from typing import Any

from adapters.wire.decoder import LATEST_MS, LONGEST_ID

Schema = dict[str, Any]

#: Controls, which are not sent, and every space that Unicode has: \s means another set in each
#: language.
_BLANK = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: U+0000 cannot be stored, nor half of a character.
_TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
_TOLD: Schema = {"type": "string", "pattern": rf"^[^\u0000]*[^{_BLANK}][^\u0000]*$"}
_INSTANT: Schema = {"type": "integer", "minimum": 0, "maximum": LATEST_MS}
_OPTIONAL_INSTANT: Schema = {**_INSTANT, "type": ["integer", "null"]}
_OPTIONAL_TEXT: Schema = {**_TEXT, "type": ["string", "null"]}


def event_schemas(ref: str) -> dict[str, Schema]:
    """By name. `ref` is where one is found, with {name} for its name."""

    def to(name: str) -> Schema:
        return {"$ref": ref.format(name=name)}

    return {
        "Event": {
            "title": "Event",
            "description": "One thing to tell, once, to everybody it names. Other fields are kept.",
            "type": "object",
            "required": ["eventId", "payload"],
            "properties": {
                "eventId": {
                    **_TEXT,
                    "minLength": 1,
                    "maxLength": LONGEST_ID,
                    "description": "The same id is told once.",
                },
                "messageType": {
                    **_OPTIONAL_TEXT,
                    "description": "USER_SIGNED_UP, PAYMENT_SUCCESSFUL, ALERT_RAISED, or another.",
                },
                "timestamp": {
                    **_OPTIONAL_INSTANT,
                    "description": "When it occurred: milliseconds since 1970, UTC.",
                },
                "sendAt": {**_OPTIONAL_INSTANT, "description": "Not told before."},
                "expiresAt": {**_OPTIONAL_INSTANT, "description": "Not told from then on."},
                "payload": to("Payload"),
            },
        },
        "Payload": {
            "title": "Payload",
            "description": "What is told, and to whom: by email, by SMS, or both.",
            "type": "object",
            "required": ["message"],
            "anyOf": [
                {"required": [name], "properties": {name: {**_TEXT, "minLength": 1}}}
                for name in ("email", "phoneNumber")
            ],
            "properties": {
                "message": {**_TOLD, "description": "The text."},
                "email": {**_OPTIONAL_TEXT, "description": "An email address."},
                "phoneNumber": {
                    **_OPTIONAL_TEXT,
                    "description": "A number: + and 7 to 15 digits (E.164).",
                },
                "subject": {**_OPTIONAL_TEXT, "description": "Else one by the message type."},
                "html": {**_OPTIONAL_TEXT, "description": "Sent as given beside the text."},
            },
        },
        "CloudEvent": {
            "title": "CloudEvent",
            "description": "The same as a CloudEvent 1.0 in structured mode.",
            "type": "object",
            "required": ["specversion", "id", "data"],
            "not": {"anyOf": [{"required": ["eventId"]}, {"required": ["data_base64"]}]},
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {**_TEXT, "minLength": 1, "maxLength": LONGEST_ID},
                "type": _OPTIONAL_TEXT,
                "time": {"type": ["string", "null"], "format": "date-time"},
                "sendat": {"type": ["string", "null"], "format": "date-time"},
                "expiresat": {"type": ["string", "null"], "format": "date-time"},
                "data": to("Payload"),
            },
        },
        "EventOrEvents": {
            "title": "EventOrEvents",
            "anyOf": [
                to("Event"),
                to("CloudEvent"),
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1000,
                    "items": {"anyOf": [to("Event"), to("CloudEvent")]},
                },
            ],
        },
    }


def dead_letter_schema(ref: str) -> Schema:
    """Of what lies in the dead-letter topic."""
    count: Schema = {"type": "integer", "minimum": 0}
    return {
        "title": "DeadLetter",
        "description": "What could not be read or served. Either originalEvent or originalBytes.",
        "type": "object",
        "required": ["errorMessage", "failedAt", "reason", "attempts", "source"],
        "oneOf": [{"required": ["originalEvent"]}, {"required": ["originalBytes"]}],
        "properties": {
            "originalEvent": {
                "$ref": ref.format(name="Event"),
                "description": "The event as it was published.",
            },
            "originalBytes": {
                "type": "string",
                "contentEncoding": "base64",
                "description": "Of a record that nobody could read.",
            },
            "originalLength": {**count, "description": "Bytes, if not all of them are here."},
            "channel": {"enum": ["EMAIL", "SMS"]},
            "errorMessage": {"type": "string"},
            "failedAt": {**_INSTANT, "description": "Milliseconds since 1970, UTC."},
            "notificationId": {"type": "string", "format": "uuid"},
            "generation": {**count, "description": "Which of its lives failed, from 1."},
            "reason": {"type": "string"},
            "attempts": {**count, "description": "Hand-overs begun before it failed."},
            "source": {
                "type": "object",
                "description": "Where its record lay.",
                "required": ["topic", "partition", "offset"],
                "properties": {
                    "topic": {"type": "string"},
                    "partition": {"type": "integer"},
                    "offset": {"type": "integer"},
                },
            },
        },
    }
