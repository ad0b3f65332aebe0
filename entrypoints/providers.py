"""How are the relay and Twilio reached, as the settings say, and what contradicts itself there?

Its own module, as whoever only asks the embedded assembly needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address

from adapters.mail.originator import Originator
from adapters.smtp.options import SmtpOptions, Tls
from adapters.smtp.replies import ReplyTable
from adapters.twilio.answers import CodeTable
from adapters.twilio.callback import CallbackUrl
from adapters.twilio.options import TwilioOptions
from adapters.twilio.receipts import TwilioCallbacks
from adapters.twilio.statuses import StatusTable
from entrypoints.sending import missing
from entrypoints.settings import EmailProvider, Settings, SmsProvider

_IMPLICIT_TLS_PORT = 465
_SHORTEST_KEY = 16


def smtp_options(settings: Settings) -> SmtpOptions:
    """Raises ValueError."""
    return SmtpOptions(
        host=settings.smtp_host,
        port=settings.smtp_port,
        originator=Originator.parse(settings.smtp_from),
        tls=_tls(settings),
        user=settings.smtp_user or None,
        password=settings.smtp_pass.get_secret_value() or None,
        connections=settings.email_concurrency,
        idempotency_header=settings.smtp_idempotency_header or None,
        own_replies=settings.smtp_replies,
    )


def _tls(settings: Settings) -> Tls:
    if settings.smtp_tls is not None:
        return Tls(settings.smtp_tls)
    if settings.smtp_port == _IMPLICIT_TLS_PORT:
        return Tls.IMPLICIT
    return Tls.NONE if _is_loopback(settings.smtp_host) else Tls.STARTTLS


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def twilio_options(settings: Settings) -> TwilioOptions:
    """Raises ValueError."""
    base = settings.twilio_status_callback
    key = settings.twilio_callback_key.get_secret_value().encode()
    prefixes = (each.strip() for each in settings.sms_allowed_prefixes.split(","))
    return TwilioOptions(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value() or None,
        api_key=settings.twilio_api_key or None,
        api_secret=settings.twilio_api_secret.get_secret_value() or None,
        from_number=settings.twilio_from or None,
        messaging_service_sid=settings.twilio_messaging_service_sid or None,
        callback=CallbackUrl(base, key) if base else None,
        base_url=settings.twilio_base_url,
        most_segments=settings.sms_most_segments,
        allowed_prefixes=tuple(each for each in prefixes if each),
        own_codes=settings.twilio_codes,
    )


def twilio_callbacks(settings: Settings) -> TwilioCallbacks | None:
    """Who reads Twilio's receipts; None where Twilio was not told where to send any."""
    if settings.sms_provider is not SmsProvider.TWILIO:
        return None
    options = twilio_options(settings)
    if options.callback is None:
        return None
    codes, statuses = _load_codes(settings)
    return TwilioCallbacks(
        options.callback, auth_token=options.auth_token, statuses=statuses, codes=codes
    )


def _load_codes(settings: Settings) -> tuple[CodeTable, StatusTable]:
    own = settings.twilio_codes
    return CodeTable.load(own), StatusTable.load(own)


def contradictions_in_providers(settings: Settings) -> Iterator[tuple[str, str]]:
    """Only of what is there: a lane without its credentials does not start, and that is said."""
    if settings.email_provider is EmailProvider.SMTP and not missing(settings, "email"):
        yield from _problem("SMTP_…", lambda: smtp_options(settings))
        yield from _problem("SMTP_REPLIES", lambda: ReplyTable.load(settings.smtp_replies))
    if settings.sms_provider is SmsProvider.TWILIO and not missing(settings, "sms"):
        yield from _problem("TWILIO_…", lambda: twilio_options(settings))
        yield from _problem("TWILIO_CODES", lambda: _load_codes(settings))
    key = settings.twilio_callback_key.get_secret_value()
    if settings.twilio_status_callback and len(key) < _SHORTEST_KEY:
        yield "TWILIO_CALLBACK_KEY", f"{_SHORTEST_KEY} characters or more are wanted"


def _problem(name: str, make: Callable[[], object]) -> Iterator[tuple[str, str]]:
    try:
        make()
    except ValueError as error:
        yield name, str(error)
