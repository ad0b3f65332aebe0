"""How can a provider's words be kept without the personal data in them?"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+")
_NUMBER = re.compile(r"\+\d[\d .()-]{5,18}\d")
_LONGEST_WORDS = 500


def masked(words: str, *, recipient: str) -> str:
    """The words with every address and number, the recipient's in any case, blotted out."""
    for spelling in {recipient, recipient.lstrip("+")}:
        if len(spelling) > 1 and spelling.casefold() in words.casefold():
            words = re.sub(re.escape(spelling), "***", words, flags=re.IGNORECASE)
    if "@" in words:
        words = _ADDRESS.sub("***", words)
    if "+" in words:
        words = _NUMBER.sub("***", words)
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " for c in words)
    return words[:_LONGEST_WORDS]
