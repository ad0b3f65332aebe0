"""Who is told by a webhook, and which URLs are one and the same?"""

from __future__ import annotations

from urllib.parse import urlsplit

from domain.errors import InvalidRecipient
from domain.recipient import Recipient


def webhook_url(raw: str) -> Recipient:
    """Raises InvalidRecipient."""
    url = raw.strip()
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_right = False
    if not is_right or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidRecipient("not a URL (want https://HOST/PATH)")
    key = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()
    return Recipient(address=url, key=key)
