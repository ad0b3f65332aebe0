"""How can a provider's words be kept without the personal data in them?"""

from __future__ import annotations

import re

_LONGEST_WORDS = 500
_ADDRESS = re.compile(
    r"""(?:"[^"]*"|[^\s<>()\[\]:;,"']+)(?:@|%40)[^\s<>()\[\]:;,"']+""", re.IGNORECASE
)
_NUMBER = re.compile(r"\+\d[\d\s.()-]{5,18}\d")
_SEPARATORS = r"[\s.()-]*"
_FEWEST_DIGITS = 7


def masked(words: str, *, recipient: str) -> str:
    """The words with every address and number, the recipient's in any spelling, blotted out.

    What is too long is cut first, so that the time is bounded whatever a provider says.
    """
    if len(words) > _LONGEST_WORDS:
        words = words[:_LONGEST_WORDS].rpartition(" ")[0] or words[:_LONGEST_WORDS]
    words = _without_recipient(words, recipient)
    if "@" in words or "%40" in words:
        words = _ADDRESS.sub("***", words)
    if "+" in words:
        words = _NUMBER.sub("***", words)
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " for c in words)
    return words


def _without_recipient(words: str, recipient: str) -> str:
    if len(recipient) > 1 and recipient.casefold() in words.casefold():
        words = re.sub(re.escape(recipient), "***", words, flags=re.IGNORECASE)
    digits = recipient.removeprefix("+")
    if digits.isdecimal() and len(digits) >= _FEWEST_DIGITS and digits[-2:] in words:
        words = re.sub(_any_spelling(digits), "***", words)
    return words


def _any_spelling(digits: str) -> str:
    """With any separators, and with or without what comes before its last digits."""
    before, last = digits[:-_FEWEST_DIGITS], digits[-_FEWEST_DIGITS:]
    pattern = _SEPARATORS.join(last)
    for digit in reversed(before):
        pattern = f"(?:{digit}{_SEPARATORS})?{pattern}"
    return rf"\+?{pattern}"
