"""Does the published schema hold for what the decoder reads, in every language?"""

from __future__ import annotations

import jsonschema_rs
import pytest

from adapters.wire.event_schema import event_schemas
from domain.errors import UnreadableEvent
from tests.adapters.wire.producer import an_event_with, read_json

SCHEMA = jsonschema_rs.validator_for(
    {"$ref": "#/$defs/Event", "$defs": event_schemas("#/$defs/{name}")}
)
#: All that are blank lie there, and many that are not.
CHARACTERS = [chr(code) for code in range(0x3100)]


def is_described(message: str) -> bool:
    return SCHEMA.is_valid(an_event_with(payload={"message": message}))


def is_read(message: str) -> bool:
    try:
        read_json(an_event_with(payload={"message": message}))
    except UnreadableEvent:
        return False
    return True


@pytest.mark.parametrize("message", ["Welcome!", "Привет", "你好", "🎉", "\u3000ё\n", "\u200b"])
def test_a_message_in_any_script_is_right(message: str) -> None:
    assert is_described(message)
    assert is_read(message)


@pytest.mark.parametrize("message", ["", " \t\r\n", "\u00a0\u3000", "\x1b\x85", "Hello\0"])
def test_a_message_that_is_blank_or_cannot_be_stored_is_wrong(message: str) -> None:
    assert not is_described(message)
    assert not is_read(message)


def test_what_is_blank_to_the_schema_is_blank_to_the_decoder() -> None:
    assert [each for each in CHARACTERS if is_described(each)] == list(filter(is_read, CHARACTERS))
