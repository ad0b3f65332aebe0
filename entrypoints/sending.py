"""How do emails and SMS leave, as the settings say, and what is missing for it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.mail.message import build_message
from adapters.mail.originator import Originator
from adapters.null.sender import NullSender
from adapters.outbox.sender import OutboxSender, render_text
from adapters.sqlite.data_folder import DataFolder
from application.ports.clock import Clock
from application.ports.sender import Sender
from domain.notification import Notification
from entrypoints.channels import CHANNELS
from entrypoints.installed import installed
from entrypoints.settings import EmailProvider, Settings, SmsProvider


def outbox_folder(settings: Settings, channel: str) -> Path:
    return DataFolder(settings.tidings_data).outbox / channel


def outbox_folders(settings: Settings) -> Mapping[str, Path]:
    return {channel: outbox_folder(settings, channel) for channel in CHANNELS}


def email_sender(settings: Settings, clock: Clock) -> Sender:
    match settings.email_provider:
        case EmailProvider.NULL:
            return NullSender()
        case EmailProvider.SMTP:
            with installed():
                from adapters.smtp.sender import SmtpSender
                from entrypoints.providers import smtp_options
            return SmtpSender(smtp_options(settings))
    originator = Originator.parse(settings.smtp_from)

    def render(notification: Notification) -> bytes:
        return build_message(notification, originator)

    return OutboxSender(outbox_folder(settings, "email"), suffix=".eml", render=render, clock=clock)


def sms_sender(settings: Settings, clock: Clock) -> Sender:
    match settings.sms_provider:
        case SmsProvider.NULL:
            return NullSender()
        case SmsProvider.TWILIO:
            with installed():  # it takes half a second, and need not be there
                from adapters.twilio.sender import TwilioSender
                from entrypoints.providers import twilio_options
            return TwilioSender(twilio_options(settings))
    return OutboxSender(
        outbox_folder(settings, "sms"), suffix=".txt", render=render_text, clock=clock
    )


def missing(settings: Settings, channel: str) -> str:
    """What a lane needs to start and has not; empty if there is nothing."""
    if channel == "email" and settings.email_provider is EmailProvider.SMTP:
        return "" if settings.smtp_host else "SMTP_HOST"
    if channel == "sms" and settings.sms_provider is SmsProvider.TWILIO:
        wanted = {
            "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value()
            or settings.twilio_api_key,
            "TWILIO_FROM": settings.twilio_from or settings.twilio_messaging_service_sid,
        }
        return ", ".join(name for name, value in wanted.items() if not value)
    return ""


def warnings_of_sending(settings: Settings, channels: Sequence[str]) -> Iterator[str]:
    """What whoever starts the lanes should hear before."""
    for channel in channels:
        provider = getattr(settings, f"{channel}_provider")
        if provider == EmailProvider.NULL:
            yield f"{channel.upper()}_PROVIDER=null: what is sent is dropped."
        if lacks := missing(settings, channel):
            yield (
                f"The {channel} lane does not start: {lacks} is not set; "
                f"set it, or another {channel.upper()}_PROVIDER."
            )
