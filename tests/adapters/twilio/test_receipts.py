"""Is a receipt read as Twilio says it, and believed only if it is Twilio's?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from adapters.twilio.answers import CodeTable
from adapters.twilio.callback import CallbackUrl
from adapters.twilio.receipts import RefusedCallback, TwilioCallbacks
from adapters.twilio.statuses import StatusTable
from domain.receipt import Receipt, ReceiptVerdict
from tests.adapters.twilio.api import GRACE, TOKEN, sms_for
from tests.contracts.given import NOW

BASE = "https://tidings.example.com/v1/callbacks/twilio"
CALLBACK = CallbackUrl(BASE, b"a key of ours")
SID = "SM" + "0" * 32
SAID = {"MessageSid": SID, "MessageStatus": "delivered", "To": GRACE, "From": "+15550001111"}
DELIVERED = Receipt(
    notification_id=sms_for().id,
    generation=1,
    attempt=1,
    verdict=ReceiptVerdict.DELIVERED,
    provider_id=SID,
    words="delivered",
    rule="twilio:delivered",
    received_at=NOW,
)

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


def callbacks(
    callback: CallbackUrl = CALLBACK, *, auth_token: str | None = TOKEN
) -> TwilioCallbacks:
    return TwilioCallbacks(
        callback, auth_token=auth_token, statuses=StatusTable.load(), codes=CodeTable.load()
    )


def signed(fields: Mapping[str, str], *, url: str | None = None, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url or CALLBACK.of(sms_for()), fields))


def received(
    fields: Fields = SAID,
    *,
    url: str | None = None,
    signature: str | None = "",
    by: TwilioCallbacks | None = None,
) -> Receipt | RefusedCallback:
    """With Twilio's signature, unless another is given."""
    query = urlsplit(url or CALLBACK.of(sms_for())).query
    signature = signed(dict(fields), url=url) if signature == "" else signature
    form = urlencode(fields).encode()
    return (by or callbacks()).receive(query, form, signature, now=NOW)


class TestACallback:
    def test_is_read_as_a_receipt(self) -> None:
        assert received() == DELIVERED

    @pytest.mark.parametrize(
        ("said", "verdict", "words", "rule"),
        [
            ({"MessageStatus": "sent"}, "taken", "sent", "on its way"),
            ({"MessageStatus": "SENT"}, "taken", "sent", "on its way"),
            ({"MessageStatus": "brand-new"}, "taken", "brand-new", "known to Twilio"),
            ({"MessageStatus": "failed"}, "undelivered", "failed", "undelivered"),
            (
                {"MessageStatus": "undelivered", "ErrorCode": "30003"},
                "undelivered",
                "undelivered, error 30003",
                "unreachable",
            ),
            (
                {"MessageStatus": "undelivered", "ErrorCode": "30034"},
                "undelivered",
                "undelivered, error 30034",
                "account",
            ),
            (
                {"MessageStatus": "undelivered", "ErrorCode": "30999"},
                "undelivered",
                "undelivered, error 30999",
                "undelivered",
            ),
            (
                {"MessageStatus": "undelivered", "ErrorCode": "+15551234567"},
                "undelivered",
                "undelivered",
                "undelivered",
            ),
            (
                {"MessageStatus": "delivered", "ErrorCode": "30003"},
                "delivered",
                "delivered",
                "delivered",
            ),
        ],
    )
    def test_means_what_its_status_and_its_code_mean(
        self, said: Mapping[str, str], verdict: str, words: str, rule: str
    ) -> None:
        receipt = received(SAID | dict(said))
        assert isinstance(receipt, Receipt)
        assert (receipt.verdict, receipt.words) == (ReceiptVerdict(verdict), words)
        assert receipt.rule == f"twilio:{rule}"

    def test_says_the_same_when_it_is_replayed(self) -> None:
        assert received() == received()

    def test_may_have_fields_that_nobody_knows(self) -> None:
        assert received(SAID | {"Neu": "ü &=", "": ""}) == DELIVERED


class TestASignature:
    @pytest.mark.parametrize(
        "signature",
        [
            pytest.param(None, id="missing"),
            pytest.param("0", id="junk"),
            pytest.param("ü" * 28, id="no ASCII"),
            pytest.param(signed(SAID, token="another token"), id="of another account"),
            pytest.param(signed(SAID | {"MessageStatus": "failed"}), id="of other words"),
            pytest.param(signed(SAID, url="https://other.example.com/"), id="of another URL"),
            pytest.param(signed(SAID) + "A", id="too long"),
        ],
    )
    def test_that_is_not_twilios_is_refused(self, signature: str | None) -> None:
        refused = received(signature=signature)
        assert isinstance(refused, RefusedCallback)
        assert refused.status == 403

    def test_of_the_url_does_not_do_alone_where_twilios_can_be_had(self) -> None:
        assert isinstance(received(signature=None), RefusedCallback)
        assert received(signature=None, by=callbacks(auth_token=None)) == DELIVERED

    def test_of_the_url_is_wanted_in_any_case(self) -> None:
        of_another = CallbackUrl(BASE, b"another key").of(sms_for())
        for token in (TOKEN, None):
            refused = received(url=of_another, by=callbacks(auth_token=token))
            assert isinstance(refused, RefusedCallback)
            assert refused.status == 403

    def test_moved_to_another_hand_over_is_refused(self) -> None:
        other = CALLBACK.of(sms_for(event_id="event-2"))
        assert isinstance(received(url=other, signature=signed(SAID)), RefusedCallback)
        assert isinstance(received(url=other), Receipt)

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "signature=",
            "notification=%00&generation=1&attempt=1&signature=ü",
            "&" * 5000,
            "[://\\",
        ],
    )
    def test_of_a_url_that_is_none_is_refused(self, query: str) -> None:
        refused = callbacks().receive(query, urlencode(SAID).encode(), signed(SAID), now=NOW)
        assert isinstance(refused, RefusedCallback)
        assert refused.status == 403

    @pytest.mark.parametrize(
        "base",
        [
            "https://tidings.example.com:8443/callbacks?tenant=1",
            "http://10.0.0.1/callbacks",
            "https://user:password@tidings.example.com/callbacks",
        ],
    )
    def test_is_of_the_url_that_twilio_was_given(self, base: str) -> None:
        """Whatever a proxy makes of it on the way: only its query comes here."""
        callback = CallbackUrl(base, b"a key of ours")
        given = callback.of(sms_for())
        assert received(url=given, by=callbacks(callback)) == DELIVERED

    @pytest.mark.parametrize("is_signed_with", [True, False])
    def test_may_be_of_the_url_with_what_is_behind_its_hash_or_without(
        self, is_signed_with: bool
    ) -> None:
        callback = CallbackUrl(f"{BASE}#rc=3&rp=5xx", b"a key of ours")
        given = callback.of(sms_for())
        signature = signed(SAID, url=given if is_signed_with else given.partition("#")[0])
        assert received(url=given, signature=signature, by=callbacks(callback)) == DELIVERED


class TestAForm:
    @pytest.mark.parametrize(
        "form",
        [
            pytest.param(b"\xff", id="no UTF-8"),
            pytest.param(b"MessageStatus=%ff", id="no UTF-8 in its fields"),
            pytest.param(b"a=&" * 5000, id="too many fields"),
            pytest.param(b"", id="empty"),
            pytest.param(b'{"MessageStatus": "delivered"}', id="JSON"),
        ],
    )
    def test_that_is_none_is_refused(self, form: bytes) -> None:
        query = urlsplit(CALLBACK.of(sms_for())).query
        refused = callbacks(auth_token=None).receive(query, form, None, now=NOW)
        assert isinstance(refused, RefusedCallback)
        assert refused.status == 400

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"MessageSid": SID}, id="without a status"),
            pytest.param({"MessageStatus": "sent"}, id="without an id"),
            pytest.param(SAID | {"MessageStatus": "to +1 555 123 4567"}, id="a number as status"),
            pytest.param(SAID | {"MessageStatus": "x" * 41}, id="a status too long"),
            pytest.param(SAID | {"MessageSid": "SM\x00"}, id="an id that nobody can keep"),
            pytest.param([*SAID.items(), ("MessageStatus", "sent")], id="two statuses"),
        ],
    )
    def test_that_says_nothing_of_a_message_is_refused(self, fields: Fields) -> None:
        refused = received(fields, signature=None, by=callbacks(auth_token=None))
        assert isinstance(refused, RefusedCallback)
        assert refused.status == 400

    def test_is_not_repeated_in_a_refusal(self) -> None:
        refused = received({"MessageSid": GRACE}, signature=None)
        assert isinstance(refused, RefusedCallback)
        assert GRACE not in refused.words

    def test_may_name_a_field_twice_under_its_signature(self) -> None:
        fields = [*SAID.items(), ("Extra", "b"), ("Extra", "a"), ("Extra", "a")]
        url = CALLBACK.of(sms_for())
        text = url + "".join(
            f"{name}{value}"
            for name, value in sorted({*SAID.items(), ("Extra", "b"), ("Extra", "a")})
        )
        assert received(fields, signature=signed({}, url=text)) == DELIVERED


class TestReading:
    def test_needs_no_client_of_twilios(self) -> None:
        program = (
            "import sys, adapters.twilio.receipts; "
            "assert not set(sys.modules) & {'aiohttp', 'requests', 'twilio.rest'}"
        )
        ended = subprocess.run([sys.executable, "-c", program], check=False)
        assert ended.returncode == 0
