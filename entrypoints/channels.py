"""How does each channel work, as the settings say?"""

from __future__ import annotations

from datetime import timedelta

from adapters.mail.address import read_email_address
from domain.channel import Channel
from domain.circuit import CircuitPolicy
from domain.rate import RateRule
from domain.recipient import phone_number
from domain.retry import RetryPolicy
from domain.uncertainty import EMAIL_UNCERTAINTY, SMS_UNCERTAINTY, SMS_UNCERTAINTY_WITH_RESENDS
from entrypoints.settings import Settings, WhenSmsIsUncertain

CHANNELS = ("email", "sms")
#: The payload's fields that name a recipient, one for each channel.
ADDRESS_FIELDS = ("email", "phoneNumber")


def email_channel(settings: Settings) -> Channel:
    return Channel(
        name="email",
        address_field=ADDRESS_FIELDS[0],
        read_recipient=read_email_address,
        rate_rule=_rate_rule(settings, settings.rate_limit_email),
        retry_policy=_retry_policy(settings),
        uncertainty_policy=EMAIL_UNCERTAINTY,
        circuit_policy=CircuitPolicy(),
        in_flight=settings.email_in_flight,
        concurrency=settings.email_concurrency,
    )


def sms_channel(settings: Settings) -> Channel:
    may_resend = settings.uncertain_sms is WhenSmsIsUncertain.RESEND
    return Channel(
        name="sms",
        address_field=ADDRESS_FIELDS[1],
        read_recipient=phone_number,
        rate_rule=_rate_rule(settings, settings.rate_limit_sms),
        retry_policy=_retry_policy(settings),
        uncertainty_policy=SMS_UNCERTAINTY_WITH_RESENDS if may_resend else SMS_UNCERTAINTY,
        circuit_policy=CircuitPolicy(),
        in_flight=settings.sms_concurrency,
        concurrency=settings.sms_concurrency,
    )


def _rate_rule(settings: Settings, limit: int) -> RateRule:
    return RateRule(limit=limit, window=timedelta(seconds=settings.rate_limit_window))


def _retry_policy(settings: Settings) -> RetryPolicy:
    return RetryPolicy(
        max_retries=settings.max_retries,
        first_delay=timedelta(milliseconds=settings.retry_delay_ms),
    )
