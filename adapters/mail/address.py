"""Is this an email address, in any script?"""

from __future__ import annotations

from domain.errors import InvalidRecipient
from domain.recipient import ENCODED_WORD, LONGEST_LOCAL_PART, Recipient, email_address


def read_email_address(raw: str) -> Recipient:
    """By its shape (RFC 5321, RFC 6531): the domain in IDNA, no DNS, special-use names too.

    Raises InvalidRecipient.
    """
    return email_address(raw) if raw.isascii() else _internationalised(raw)


def _internationalised(raw: str) -> Recipient:
    import email_validator  # here, as it takes 60 ms that most processes never need

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        valid = email_validator.validate_email(raw.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise InvalidRecipient("not an email address (want a name, an @ and a domain)") from error
    if ENCODED_WORD.search(valid.local_part):
        raise InvalidRecipient("not an email address (want a name, an @ and a domain)")
    if len(valid.local_part.encode()) > LONGEST_LOCAL_PART:
        raise InvalidRecipient(f"an email address of over {LONGEST_LOCAL_PART} octets before the @")
    address = f"{valid.local_part}@{valid.ascii_domain.lower()}"
    return Recipient(address=address, key=address.casefold())
