"""Which outcome does each reply lead to?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.smtp.heard import Reply, Stage
from adapters.smtp.replies import ReplyTable
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown

TABLE = ReplyTable.load()
CONNECT, TLS, AUTH, MAIL, RCPT, DATA, DOT = Stage
FIVE_MINUTES, ONE_HOUR = timedelta(minutes=5), timedelta(hours=1)

#: Row, stage, what the relay says (None: nothing), and what that means.
ANSWERS: list[tuple[str, Stage, str | None, type[Outcome], timedelta | None]] = [
    ("taken", DOT, "250 2.0.0 Ok: queued as 4F2B", Accepted, None),
    ("cannot be reached", CONNECT, None, ProviderDown, None),
    ("cannot be reached", AUTH, None, ProviderDown, None),
    ("no TLS", TLS, None, ProviderDown, None),
    ("TLS refused", TLS, "454 4.7.0 TLS not available", ProviderDown, None),
    ("lost before the final dot", MAIL, None, Deferred, None),
    ("lost before the final dot", RCPT, None, Deferred, None),
    ("lost before the final dot", DATA, None, Deferred, None),
    ("lost after the final dot", DOT, None, Unknown, None),
    ("relay is closing", CONNECT, "421 4.3.2 no", ProviderDown, None),
    ("relay is closing", RCPT, "421 4.7.0 too many errors", ProviderDown, None),
    ("relay is closing", DOT, "421 4.3.0 closing", ProviderDown, None),
    ("relay is busy", CONNECT, "450 4.7.1 greylisted", ProviderDown, None),
    ("relay is busy", AUTH, "454 4.7.0 later", ProviderDown, None),
    ("relay is busy", MAIL, "452 4.2.2 over quota", ProviderDown, None),
    ("no service", CONNECT, "554 5.7.1 no service for you", ProviderDown, None),
    ("credentials", AUTH, "535 5.7.8 authentication failed", ProviderDown, None),
    ("credentials", MAIL, "530 5.5.1 authentication required", ProviderDown, None),
    ("credentials", RCPT, "530 5.7.0 authentication required", ProviderDown, None),
    ("credentials", AUTH, "534 5.7.9 mechanism too weak", ProviderDown, None),
    ("login refused", AUTH, "550 5.7.1 account closed", ProviderDown, None),
    ("message too big at MAIL", MAIL, "552 5.3.4 too big", Rejected, None),
    ("message too big at MAIL, by its code", MAIL, "552 too big", Rejected, None),
    ("protocol error at MAIL", MAIL, "555 5.5.4 unknown parameter", Rejected, None),
    ("originator refused", MAIL, "550 5.7.1 sender address rejected", ProviderDown, None),
    ("relaying denied", RCPT, "554 5.7.1 <***>: Relay access denied", ProviderDown, None),
    ("relaying denied", RCPT, "550 relay not permitted", ProviderDown, None),
    ("recipient gets mail too fast", RCPT, "450 4.2.1 at a high rate", Deferred, None),
    ("greylisted", RCPT, "450 4.7.1 Greylisted, come back", Deferred, FIVE_MINUTES),
    ("greylisted", DOT, "451 4.7.1 Grey-listing in action", Deferred, FIVE_MINUTES),
    ("greylisted, by its text", RCPT, "451 you are greylisted", Deferred, FIVE_MINUTES),
    ("mailbox full", RCPT, "452 4.2.2 over quota", Deferred, ONE_HOUR),
    ("mailbox full", DOT, "552 5.2.2 mailbox full", Deferred, ONE_HOUR),
    ("temporary", RCPT, "451 4.3.0 try later", Deferred, None),
    ("temporary", DOT, "451 4.4.2 timed out", Deferred, None),
    ("login fails for now", RCPT, "454 4.7.0 temporary authentication failure", ProviderDown, None),
    ("relay's own limit", RCPT, "450 too many requests", ProviderDown, None),
    ("relay's own limit", DATA, "451 sending quota exceeded", ProviderDown, None),
    ("relay's own limit", DOT, "452 4.3.1 maximum sending rate exceeded", ProviderDown, None),
    ("relay's own limit", RCPT, "454 Throttling: rate", ProviderDown, None),
    ("address syntax", RCPT, "501 5.1.3 bad address", Rejected, None),
    ("address syntax", RCPT, "553 5.1.3 bad address", Rejected, None),
    ("no such mailbox", RCPT, "550 5.1.1 no such user", Rejected, None),
    ("no such mailbox", RCPT, "550 5.1.6 moved", Rejected, None),
    ("no such mailbox", RCPT, "550 5.1.10 null MX", Rejected, None),
    ("no such destination", RCPT, "550 5.1.2 no such host", Rejected, None),
    ("no SMTPUTF8", RCPT, "553 5.6.7 cannot be carried", Rejected, None),
    ("mailbox disabled", RCPT, "550 5.2.1 disabled", Rejected, None),
    ("mailbox disabled", RCPT, "554 5.2.1 disabled", Rejected, None),
    ("message too big", DOT, "552 5.3.4 too big", Rejected, None),
    ("message too big", DOT, "552 5.2.3 too big", Rejected, None),
    ("policy", DOT, "550 5.7.1 spam", Rejected, None),
    ("policy", RCPT, "554 5.7.26 unauthenticated", Rejected, None),
    ("protocol error", RCPT, "503 5.5.1 bad sequence", Rejected, None),
    ("not now", RCPT, "450 busy", Deferred, None),
    ("not now", DOT, "499 what is this", Deferred, None),
    ("never", RCPT, "550 no", Rejected, None),
    ("never", DATA, "599 what is this", Rejected, None),
]
FOR_AN_OPERATOR = {
    "no TLS",
    "no service",
    "credentials",
    "login refused",
    "originator refused",
    "relaying denied",
}


def reply(said: str | None) -> Reply | None:
    return None if said is None else Reply(int(said[:3]), said[4:])


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("row", "stage", "said", "kind", "retry_after"),
        [pytest.param(*case, id=f"{case[1]}: {case[2]}") for case in ANSWERS],
    )
    def test_means_what_its_row_says(
        self,
        row: str,
        stage: Stage,
        said: str | None,
        kind: type[Outcome],
        retry_after: timedelta | None,
    ) -> None:
        outcome = TABLE.decide(stage, reply(said), words="contact was lost")
        assert outcome.rule == f"smtp:{row}"
        assert type(outcome) is kind
        assert outcome.reason == said or said is None
        assert getattr(outcome, "retry_after", None) == retry_after
        assert getattr(outcome, "needs_operator", False) == (row in FOR_AN_OPERATOR)

    @pytest.mark.parametrize("stage", Stage)
    def test_always_finds_a_row(self, stage: Stage) -> None:
        for code in [*range(400, 600)]:
            assert TABLE.decide(stage, Reply(code, "?")).rule != "smtp:no row"
        assert TABLE.decide(stage, None, words="?").rule != "smtp:no row"

    @pytest.mark.parametrize(
        ("said", "queue_id"),
        [
            ("2.0.0 Ok: queued as 4F2B1C", "4F2B1C"),
            ("OK id=1rYx2k-0005Tq-2R", "1rYx2k-0005Tq-2R"),
            ("Ok 010001850d3c-7b2d-000000", "010001850d3c-7b2d-000000"),
            ("2.6.0 <a@b> [InternalId=123] Queued mail for delivery", None),
            ("taken", None),
        ],
    )
    def test_that_it_was_taken_names_it_as_the_relay_does(
        self, said: str, queue_id: str | None
    ) -> None:
        outcome = TABLE.decide(DOT, Reply(250, said))
        assert isinstance(outcome, Accepted)
        assert outcome.provider_id == queue_id


class TestTheTable:
    def test_has_each_row_tried_above(self) -> None:
        assert {row.name for row in TABLE.rows} == {case[0] for case in ANSWERS}

    def test_names_the_source_of_each_row(self) -> None:
        assert all(row.source for row in TABLE.rows)


OWN = """
[[row]]
name = "our relay's way of saying busy"
codes = ["550"]
text = "come back"
outcome = "deferred"
retry_after = 90
source = "its manual"

[[row]]
name = "never"
digit = 5
outcome = "deferred"
source = "we hope"
"""


class TestATableOfOnesOwn:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "replies.toml"

    def test_is_asked_first(self, file: Path) -> None:
        file.write_text(OWN)
        outcome = ReplyTable.load(file).decide(RCPT, Reply(550, "come back"))
        assert isinstance(outcome, Deferred)
        assert outcome.rule == "smtp:our relay's way of saying busy"
        assert outcome.retry_after == timedelta(seconds=90)

    def test_replaces_a_row_by_its_name(self, file: Path) -> None:
        file.write_text(OWN)
        assert isinstance(ReplyTable.load(file).decide(RCPT, Reply(550, "no")), Deferred)

    def test_leaves_all_else_as_it_was(self, file: Path) -> None:
        file.write_text(OWN)
        table = ReplyTable.load(file)
        assert isinstance(table.decide(RCPT, Reply(550, "5.1.1 no such user")), Rejected)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("[[row", id="no TOML"),
            pytest.param("", id="no rows"),
            pytest.param('[[row]]\nname="a"\noutcome="lost"\nsource="b"', id="no such outcome"),
            pytest.param(
                '[[row]]\nname="a"\noutcome="deferred"\nsource="b"\nstages=["bdat"]',
                id="no such stage",
            ),
            pytest.param(
                '[[row]]\nname="a"\noutcome="deferred"\nsource="b"\ntext="("', id="no expression"
            ),
            pytest.param(
                '[[row]]\nname="a"\noutcome="deferred"\nsource="b"\nwait=3', id="no such field"
            ),
            pytest.param('[[row]]\nname="a"\noutcome="deferred"', id="no source"),
        ],
    )
    def test_is_refused_by_name_if_it_is_none(self, file: Path, text: str) -> None:
        file.write_text(text)
        with pytest.raises(ValueError, match=r"replies\.toml"):
            ReplyTable.load(file)

    def test_that_is_not_there_is_refused(self, file: Path) -> None:
        with pytest.raises(ValueError, match=r"replies\.toml"):
            ReplyTable.load(file)
