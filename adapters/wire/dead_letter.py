"""How is a dead letter written for those who read the dead-letter topic?"""

from __future__ import annotations

from base64 import b64encode

import msgspec

from adapters.wire.encoder import milliseconds
from domain.dead_letter import DeadLetter

#: Bytes of an unreadable record that go along; the store has all. So the letter stays within
#: the 1 MiB that a topic takes unless it was told otherwise.
LONGEST_ORIGINAL = 512 * 1024


def encode_dead_letter(letter: DeadLetter) -> bytes:
    """As the system before this one wrote it, and then what is ours. What is None is left out."""
    fields = {
        **_original(letter),
        "channel": letter.channel and letter.channel.upper(),
        "errorMessage": letter.error,
        "failedAt": milliseconds(letter.failed_at),
        "notificationId": letter.notification_id and str(letter.notification_id),
        "generation": letter.generation,
        "reason": str(letter.reason),
        "attempts": letter.attempts,
        "source": {
            "topic": letter.position.topic,
            "partition": letter.position.partition,
            "offset": letter.position.offset,
        },
    }
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})


def _original(letter: DeadLetter) -> dict[str, object]:
    """The event as it stood; of what nobody could read, its bytes."""
    if letter.notification_id is not None:
        return {"originalEvent": msgspec.Raw(letter.body)}
    kept = letter.body[:LONGEST_ORIGINAL]
    is_whole = len(kept) == len(letter.body)
    return {
        "originalBytes": b64encode(kept).decode(),
        "originalLength": None if is_whole else len(letter.body),
    }
