"""Which outcome does each of Twilio's answers lead to?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.twilio.answers import CodeTable, Refusal
from domain.outcome import Deferred, Outcome, ProviderDown, Rejected, Unknown

TABLE = CodeTable.load()
MINUTE = timedelta(minutes=1)
UNREACHED = Refusal(words="ClientConnectorError", was_written=False)
UNANSWERED = Refusal(words="TimeoutError", was_written=True)


def said(status: int, code: int | None = None, retry_after: timedelta | None = None) -> Refusal:
    return Refusal(words="no", status=status, code=code, retry_after=retry_after)


#: Row, what came, and what that means.
ANSWERS: list[tuple[str, Refusal, type[Outcome]]] = [
    ("cannot be reached", UNREACHED, ProviderDown),
    ("no answer", UNANSWERED, Unknown),
    ("too many requests, until then", said(429, None, MINUTE), ProviderDown),
    ("too many requests", said(429), Deferred),
    ("too many requests, by its code, until then", said(400, 20429, MINUTE), ProviderDown),
    ("too many requests, by its code", said(429, 20429), Deferred),
    ("credentials", said(401), ProviderDown),
    ("credentials, by its code", said(400, 20003), ProviderDown),
    ("not for this account", said(403), ProviderDown),
    ("not for this account", said(404, 20404), ProviderDown),
    ("account", said(400, 30002), ProviderDown),
    ("account", said(400, 30034), ProviderDown),
    ("queue overflow", said(400, 21611), Deferred),
    ("queue overflow", said(400, 30001), Deferred),
    ("invalid number", said(400, 21211), Rejected),
    ("no SMS there", said(400, 21614), Rejected),
    ("no SMS there", said(400, 21635), Rejected),
    ("no SMS there", said(400, 30006), Rejected),
    ("recipient said STOP", said(400, 21610), Rejected),
    ("unreachable", said(400, 30003), Rejected),
    ("unreachable", said(400, 30005), Rejected),
    ("unreachable", said(400, 30008), Rejected),
    ("carrier refused the content", said(400, 30004), Rejected),
    ("carrier refused the content", said(400, 30007), Rejected),
    ("originator cannot reach it", said(400, 21612), Rejected),
    ("originator cannot reach it", said(400, 21408), Rejected),
    ("originator cannot reach it", said(400, 21606), Rejected),
    ("originator cannot reach it", said(400, 21608), Rejected),
    ("too long for Twilio", said(400, 21617), Rejected),
    ("not Twilio", said(301), ProviderDown),
    ("refused", said(400), Rejected),
    ("refused", said(422, 99999), Rejected),
    ("in trouble", said(500), Unknown),
    ("in trouble", said(503, 20503), Unknown),
]
FOR_AN_OPERATOR = {
    "credentials",
    "credentials, by its code",
    "not for this account",
    "account",
    "not Twilio",
}


class TestAnAnswer:
    @pytest.mark.parametrize(("row", "refusal", "kind"), ANSWERS)
    def test_means_what_its_row_says(self, row: str, refusal: Refusal, kind: type[Outcome]) -> None:
        outcome = TABLE.decide(refusal)
        assert outcome.rule == f"twilio:{row}"
        assert type(outcome) is kind
        assert outcome.reason == refusal.words
        assert getattr(outcome, "needs_operator", False) == (row in FOR_AN_OPERATOR)
        if isinstance(outcome, Deferred | ProviderDown):
            assert outcome.retry_after == refusal.retry_after

    def test_always_finds_a_row(self) -> None:
        for status in range(300, 600):
            assert TABLE.decide(said(status, 1)).rule != "twilio:no row"

    def test_of_no_class_leaves_it_unknown(self) -> None:
        assert isinstance(TABLE.decide(said(799)), Unknown)


class TestTheTable:
    def test_has_each_row_tried_above(self) -> None:
        assert {row.name for row in TABLE.rows} == {case[0] for case in ANSWERS}

    def test_names_the_source_of_each_row(self) -> None:
        assert all(row.source for row in TABLE.rows)


class TestATableOfOnesOwn:
    def test_is_asked_first(self, tmp_path: Path) -> None:
        file = tmp_path / "codes.toml"
        file.write_text(
            '[[row]]\nname="ours"\ncodes=[21610]\noutcome="deferred"\nretry_after=60\nsource="us"'
        )
        table = CodeTable.load(file)
        outcome = table.decide(said(400, 21610))
        assert outcome == Deferred(reason="no", rule="twilio:ours", retry_after=MINUTE)
        assert isinstance(table.decide(said(400, 21211)), Rejected)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("[[row", id="no TOML"),
            pytest.param("", id="no rows"),
            pytest.param('[[row]]\nname="a"\noutcome="lost"\nsource="b"', id="no such outcome"),
            pytest.param('[[row]]\nname="a"\noutcome="unknown"', id="no source"),
        ],
    )
    def test_is_refused_by_name_if_it_is_none(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "codes.toml"
        file.write_text(text)
        with pytest.raises(ValueError, match=r"codes\.toml"):
            CodeTable.load(file)
