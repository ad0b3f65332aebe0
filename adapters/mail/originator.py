"""Whom does an email come from?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import InvalidRecipient
from domain.recipient import email_address

_NAME_AND_ADDRESS = re.compile(r'(?:"?([^"<>]*?)"?\s*)<([^<>]+)>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator:
    address: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Originator:
        """Read `name@domain.tld` or `A Name <name@domain.tld>`. Raises InvalidRecipient."""
        match = _NAME_AND_ADDRESS.fullmatch(text.strip())
        name, address = match.groups() if match else ("", text)
        if not name.isprintable():
            raise InvalidRecipient("a display name with control characters")
        return cls(name=name.strip(), address=email_address(address).address)

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]
