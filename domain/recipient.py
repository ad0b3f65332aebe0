"""Who is told, and by which address are they one and the same person?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import InvalidRecipient

# RFC 5321 4.5.3.1: local part 64 octets, path 256 with its brackets.
LONGEST_LOCAL_PART = 64
_LONGEST_ADDRESS = 254
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOT_ATOM_ADDRESS = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@({_LABEL}(?:\.{_LABEL})+)", re.ASCII)
#: A header that holds it is read as an encoded word: another address (RFC 2047).
ENCODED_WORD = re.compile(r"=\?.*\?=")
_VISUAL_SEPARATORS = str.maketrans("", "", " -.()\u00a0")  # ITU-T E.123
_E164 = re.compile(r"\+[0-9]{7,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """`address` is what the provider is given; `key` is equal for all spellings of one address."""

    address: str
    key: str

    @property
    def is_forgotten(self) -> bool:
        return not self.address


#: In the place of somebody whose data was erased.
FORGOTTEN = Recipient(address="", key="")


def email_address(raw: str) -> Recipient:
    """Read an ASCII address by its shape (RFC 5321 dot-atom; no quoted parts, no DNS).

    Raises InvalidRecipient. Internationalised addresses are the business of an adapter.
    """
    match = _DOT_ATOM_ADDRESS.fullmatch(raw.strip())
    if match is None or ENCODED_WORD.search(raw):
        raise InvalidRecipient("not an email address (want a name, an @ and a domain)")
    local_part, domain = match.groups()
    if len(local_part) > LONGEST_LOCAL_PART or len(match[0]) > _LONGEST_ADDRESS:
        raise InvalidRecipient(
            f"an email address of {len(match[0])} characters (at most {_LONGEST_ADDRESS}, "
            f"{LONGEST_LOCAL_PART} of them before the @)"
        )
    return Recipient(address=f"{local_part}@{domain.lower()}", key=match[0].casefold())


def phone_number(raw: str) -> Recipient:
    """Read a number: + and 7 to 15 digits (E.164), with or without visual separators.

    Raises InvalidRecipient.
    """
    number = raw.strip().translate(_VISUAL_SEPARATORS)
    if _E164.fullmatch(number) is None:
        raise InvalidRecipient("not a phone number (want + and 7 to 15 digits, as +15551234567)")
    return Recipient(address=number, key=number)
