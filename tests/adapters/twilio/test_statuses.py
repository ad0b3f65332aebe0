"""What does each status mean that Twilio tells later?"""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.twilio.answers import CodeTable
from adapters.twilio.statuses import StatusTable
from domain.receipt import ReceiptVerdict

TAKEN, DELIVERED, UNDELIVERED = ReceiptVerdict
MEANINGS = {
    "accepted": TAKEN,
    "scheduled": TAKEN,
    "queued": TAKEN,
    "sending": TAKEN,
    "sent": TAKEN,
    "delivered": DELIVERED,
    "read": DELIVERED,
    "undelivered": UNDELIVERED,
    "failed": UNDELIVERED,
    "canceled": UNDELIVERED,
    "something new": TAKEN,
}


class TestAStatus:
    @pytest.mark.parametrize(("status", "verdict"), MEANINGS.items(), ids=MEANINGS)
    def test_means_what_its_row_says(self, status: str, verdict: ReceiptVerdict) -> None:
        assert StatusTable.load().row_of(status).verdict is verdict


class TestTheTable:
    def test_has_each_status_tried_above(self) -> None:
        named = {status for row in StatusTable.load().rows for status in row.statuses}
        assert named == set(MEANINGS) - {"something new"}

    def test_names_the_source_of_each_row(self) -> None:
        assert all(row.source for row in StatusTable.load().rows)


class TestATableOfOnesOwn:
    def test_is_asked_first_and_needs_no_codes(self, tmp_path: Path) -> None:
        file = tmp_path / "codes.toml"
        file.write_text(
            '[[status]]\nname="ours"\nstatuses=["sent"]\nverdict="delivered"\nsource="us"'
        )
        assert StatusTable.load(file).row_of("sent").name == "ours"
        assert StatusTable.load(file).row_of("queued").verdict is TAKEN
        assert CodeTable.load(file).rows == CodeTable.load().rows

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("[[status", id="no TOML"),
            pytest.param('[[status]]\nname="a"\nverdict="lost"\nsource="b"', id="no such verdict"),
            pytest.param('[[status]]\nname="a"\nverdict="taken"', id="no source"),
        ],
    )
    def test_is_refused_by_name_if_it_is_none(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "codes.toml"
        file.write_text(text)
        with pytest.raises(ValueError, match=r"codes\.toml"):
            StatusTable.load(file)

    def test_is_refused_if_it_leaves_a_status_without_a_row(self, tmp_path: Path) -> None:
        file = tmp_path / "codes.toml"
        file.write_text(
            '[[status]]\nname="known to Twilio"\nstatuses=["x"]\nverdict="taken"\nsource="us"'
        )
        with pytest.raises(ValueError, match="no row"):
            StatusTable.load(file)
