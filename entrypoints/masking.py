"""How is an address shown to somebody who need not see it?"""

from __future__ import annotations

FORGOTTEN = "forgotten"


def shown_address(address: str, *, reveal: bool) -> str:
    if not address:
        return FORGOTTEN
    return address if reveal else masked_address(address)


def masked_address(address: str) -> str:
    """Enough to recognise an address that one knows, and no more."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    if address.startswith("+") and len(address) > 6:
        return f"{address[:3]}***{address[-2:]}"
    return "***"
