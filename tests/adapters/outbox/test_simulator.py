"""Does every simulated recipient come to the ending that the documentation promises?"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.outbox.simulator import ENDINGS, simulate
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import phone_number
from tests.builders import EMAIL, SMS, a_begun_notification, an_event

PAGE = Path(__file__).parents[3] / "docs" / "simulated-recipients.md"

#: An address, its ending, and what the documentation's own way to write it begins with.
ALWAYS: list[tuple[str, type[Outcome]]] = [
    ("rejected@simulator.tidings.test", Rejected),
    ("silent@simulator.tidings.test", Unknown),
    ("down@simulator.tidings.test", ProviderDown),
    ("+15005550001", Rejected),
    ("+15005550004", Rejected),
    ("+15005550009", Rejected),
    ("+15005552000", Unknown),
    ("+15005553000", ProviderDown),
]
BUSY = ["busy-{}@simulator.tidings.test", "+1500555100{}"]


def handed_to(address: str, *, attempt: int = 1) -> Outcome:
    is_number = address.startswith("+")
    begun: Notification = a_begun_notification(
        channel=SMS if is_number else EMAIL,
        event=an_event(phone_number=address) if is_number else an_event(email=address),
    )
    return simulate(replace(begun, last_move=replace(begun.last_move, attempt=attempt)))


class TestASimulatedRecipient:
    @pytest.mark.parametrize(("address", "kind"), ALWAYS, ids=[address for address, _ in ALWAYS])
    @pytest.mark.parametrize("attempt", [1, 2, 4])
    def test_comes_to_its_ending_at_every_attempt(
        self, address: str, kind: type[Outcome], attempt: int
    ) -> None:
        outcome = handed_to(address, attempt=attempt)
        assert isinstance(outcome, kind)
        assert outcome.reason
        assert outcome.rule

    @pytest.mark.parametrize("address", BUSY, ids=["email", "sms"])
    @pytest.mark.parametrize(
        ("times", "attempt", "kind"),
        [
            (2, 1, Deferred),
            (2, 2, Deferred),
            (2, 3, Accepted),
            (1, 1, Deferred),
            (1, 2, Accepted),
            (9, 9, Deferred),
            (9, 10, Accepted),
            (0, 1, Accepted),
        ],
    )
    def test_is_busy_as_often_as_it_says(
        self, address: str, times: int, attempt: int, kind: type[Outcome]
    ) -> None:
        assert isinstance(handed_to(address.format(times), attempt=attempt), kind)

    def test_may_be_busy_for_longer_than_anybody_tries(self) -> None:
        assert isinstance(handed_to("busy-100@simulator.tidings.test", attempt=100), Deferred)

    @pytest.mark.parametrize(
        "address",
        ["Rejected@Simulator.Tidings.Test", "REJECTED@simulator.tidings.test"],
    )
    def test_is_known_in_any_case(self, address: str) -> None:
        assert isinstance(handed_to(address), Rejected)

    def test_is_known_by_a_number_with_separators(self) -> None:
        assert isinstance(handed_to(phone_number("+1 (500) 555-0001").address), Rejected)


class TestAnybodyElse:
    @pytest.mark.parametrize(
        "address",
        [
            "ada@example.com",
            "ada@simulator.tidings.test",
            "rejected@example.com",
            "xrejected@simulator.tidings.test",
            "rejectedx@simulator.tidings.test",
            "rejected@simulator.tidings.test.example.com",
            "rejected@simulator-tidings.test",
            "rejected@simulatorxtidings.test",
            "busy@simulator.tidings.test",
            "busy-@simulator.tidings.test",
            "busy-x@simulator.tidings.test",
            "+15551234567",
            "+15005550006",
            "+150055500010",
            "+15005551012",
            "+15005552001",
            "+15005551",
            "+25005550001",
        ],
    )
    def test_is_told_at_once(self, address: str) -> None:
        assert isinstance(handed_to(address), Accepted)


class TestTheTable:
    @pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.addresses)
    def test_has_an_ending_for_each_address_as_it_writes_it(self, ending: object) -> None:
        """And these tests know it: a new row wants a line in them."""
        written = {address for address, _ in ALWAYS} | {busy.format("N") for busy in BUSY}
        assert {each.addresses for each in ENDINGS} == written

    def test_has_one_ending_for_each_address(self) -> None:
        for address in [address for address, _ in ALWAYS] + [busy.format(2) for busy in BUSY]:
            assert sum(bool(each.pattern.fullmatch(address)) for each in ENDINGS) == 1

    def test_has_only_numbers_that_are_kept_for_tests(self) -> None:
        """Exchange 555 of area code 500 is Twilio's own for this: nobody is ever called."""
        numbers = [each.addresses for each in ENDINGS if each.addresses.startswith("+")]
        assert numbers
        assert all(re.fullmatch(r"\+1500555\d{3}[\dN]", number) for number in numbers)

    def test_has_only_email_addresses_that_no_relay_can_reach(self) -> None:
        emails = [each.addresses for each in ENDINGS if not each.addresses.startswith("+")]
        assert emails
        assert all(email.endswith("@simulator.tidings.test") for email in emails)

    def test_stands_in_the_documentation_as_it_is(self) -> None:
        rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
        assert rows == [(each.addresses, each.what) for each in ENDINGS]
