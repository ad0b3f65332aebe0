"""On whose account, from whom and to whom do SMS go?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.twilio.callback import CallbackUrl

_PREFIX = re.compile(r"\+[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioOptions:
    """The account's own token, or an API key and its secret; From, or a Messaging Service.

    `allowed_prefixes`, as +44 or +4479: nobody else is told; empty: everybody is. A text of more
    than `most_segments` is refused. `own_codes` is a file in the form of codes.toml.
    Raises ValueError.
    """

    account_sid: str
    auth_token: str | None = field(default=None, repr=False)
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    from_number: str | None = None
    messaging_service_sid: str | None = None
    callback: CallbackUrl | None = field(default=None, repr=False)
    base_url: str = "https://api.twilio.com"
    patience: timedelta = timedelta(seconds=10)
    most_segments: int = 10
    allowed_prefixes: tuple[str, ...] = ()
    own_codes: Path | None = None

    def __post_init__(self) -> None:
        if (self.api_key is None) != (self.api_secret is None):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET go together")
        if (self.auth_token is None) == (self.api_key is None):
            raise ValueError("either TWILIO_AUTH_TOKEN or TWILIO_API_KEY is wanted")
        if (self.from_number is None) == (self.messaging_service_sid is None):
            raise ValueError("either TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is wanted")
        if self.most_segments < 1:
            raise ValueError("at least one segment")
        wrong = [one for one in self.allowed_prefixes if not _PREFIX.fullmatch(one)]
        if wrong:
            raise ValueError(
                "SMS_ALLOWED_PREFIXES are + and digits, with commas between them; not "
                + ", ".join(wrong)
            )

    @property
    def credentials(self) -> tuple[str, str]:
        if self.api_key is not None and self.api_secret is not None:
            return self.api_key, self.api_secret
        return self.account_sid, self.auth_token or ""

    @property
    def originator(self) -> dict[str, str]:
        if self.from_number is not None:
            return {"from_": self.from_number}
        return {"messaging_service_sid": self.messaging_service_sid or ""}
