"""Whose data is meant, and what mentions them?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import InvalidRecipient
from domain.masking import masked
from domain.recipient import Recipient

_NUMBER = re.compile(r"\+[0-9]+", re.ASCII)
_SEPARATORS = r"[\s.()-]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """By every address that is named; there is one at least.

    Raises InvalidRecipient for none, or a blank one: every text would mention it.
    """

    recipients: tuple[Recipient, ...]

    def __post_init__(self) -> None:
        named = [each for one in self.recipients for each in (one.address, one.key)]
        if not named or any(map(_is_blank, named)):
            raise InvalidRecipient("nobody is named (want an address or a number)")

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(recipient.key for recipient in self.recipients)

    def masked(self, words: str) -> str:
        """Without them, however they are spelled, or anybody else."""
        for each in self.recipients:
            words = masked(words, recipient=each.address)
        return words

    @property
    def pattern(self) -> str:
        """What mentions them, as Python and PostgreSQL both understand it.

        For bytes that nobody could read as an event. Another's address that theirs is a part
        of is not meant.
        """
        spellings = {each for one in self.recipients for each in (one.address, one.key)}
        return "(?i)" + "|".join(f"(?:{_mention(each)})" for each in sorted(spellings))


def _is_blank(address: str) -> bool:
    return not any(c.isprintable() and not c.isspace() for c in address)


def _mention(address: str) -> str:
    if _NUMBER.fullmatch(address):
        digits = _SEPARATORS.join(address[1:])
        return rf"(?<![0-9])\+?{_SEPARATORS}{digits}(?![0-9])"
    # An end of line within JSON is a backslash and a letter.
    return rf"(?:(?<![\w.+-])|(?<=\\[nrt])){re.escape(address)}(?!\.?[\w-])"
