"""Does the outbox hold what would have been sent: each hand-over whole, once, and nowhere else?"""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.mail.message import build_message
from adapters.mail.originator import Originator
from adapters.memory.clock import MemoryClock
from adapters.outbox.sender import OutboxSender, render_text
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, NotFound, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import email_address
from tests.builders import EMAIL, SMS, WORKER, a_begun_notification, an_event, at
from tests.runner import Run, together

CANARY = "canary@secret.example"


def for_(email: str = "ada@example.com", event_id: str = "9f0c") -> Notification:
    return a_begun_notification(event=an_event(event_id=event_id, email=email))


def sender_to(
    folder: Path, *, suffix: str = ".txt", render: Callable[[Notification], bytes] = render_text
) -> OutboxSender:
    return OutboxSender(folder, suffix=suffix, render=render, clock=MemoryClock())


def files_in(folder: Path) -> list[Path]:
    """Hidden ones, and those in folders within, too."""
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Not there yet."""
    return tmp_path / "outbox" / "email"


@pytest.fixture
def hand_over(folder: Path, run: Run) -> Callable[[Notification], Outcome]:
    sender = sender_to(folder)

    def hand_over(notification: Notification) -> Outcome:
        [outcome] = run(sender.send([notification]))
        return outcome

    return hand_over


HandOver = Callable[[Notification], Outcome]


class TestAHandOverThatIsTaken:
    def test_is_one_file(self, folder: Path, hand_over: HandOver) -> None:
        assert isinstance(hand_over(for_()), Accepted)
        [file] = files_in(folder)
        assert file.suffix == ".txt"
        assert file.read_bytes() == render_text(for_())

    def test_is_an_email_as_it_would_be_sent(self, folder: Path, run: Run) -> None:
        originator = Originator(address="noreply@yourapp.com")
        notification = a_begun_notification(event=an_event(text="é\n.\n", html="<p>é"))

        def render(given: Notification) -> bytes:
            return build_message(given, originator)

        run(sender_to(folder, suffix=".eml", render=render).send([notification]))
        [file] = files_in(folder)
        assert file.suffix == ".eml"
        assert file.read_bytes() == build_message(notification, originator)

    def test_is_an_sms_as_a_person_can_read_it(self, folder: Path, run: Run) -> None:
        notification = a_begun_notification(channel=SMS, event=an_event(text="Grüße 🚨\nAda"))
        run(sender_to(folder).send([notification]))
        [file] = files_in(folder)
        said = file.read_text("utf-8")
        assert "+15551234567" in said
        assert "Grüße 🚨\nAda" in said

    def test_is_one_file_for_each_of_a_batch(self, folder: Path, run: Run) -> None:
        batch = [for_(event_id=f"event-{number}") for number in range(25)]
        outcomes = run(sender_to(folder).send(batch))
        assert [type(outcome) for outcome in outcomes] == [Accepted] * 25
        assert len(files_in(folder)) == 25

    def test_is_one_file_though_many_are_at_it(self, folder: Path, run: Run) -> None:
        sender = sender_to(folder)
        run(together(*(sender.send([for_(event_id=f"event-{n}")]) for n in range(40))))
        files = files_in(folder)
        assert len(files) == 40
        assert {file.read_bytes() for file in files} == {render_text(for_())}

    def test_leaves_nothing_unfinished(self, folder: Path, hand_over: HandOver) -> None:
        hand_over(for_())
        hand_over(for_())
        assert not [file for file in files_in(folder) if file.name.startswith(".")]

    def test_says_of_which_event_channel_and_attempt_it_is(
        self, folder: Path, hand_over: HandOver
    ) -> None:
        hand_over(for_(event_id="order-4711"))
        [file] = files_in(folder)
        assert "order-4711" in file.name
        assert "attempt1" in file.name


class TestAHandOverThatMayHaveBeenTaken:
    def test_is_a_file_too(self, folder: Path, hand_over: HandOver) -> None:
        assert isinstance(hand_over(for_("silent@simulator.tidings.test")), Unknown)
        assert len(files_in(folder)) == 1


class TestAHandOverThatIsNotTaken:
    @pytest.mark.parametrize(
        ("email", "kind"),
        [
            ("busy-1@simulator.tidings.test", Deferred),
            ("rejected@simulator.tidings.test", Rejected),
            ("down@simulator.tidings.test", ProviderDown),
        ],
        ids=["deferred", "rejected", "provider down"],
    )
    def test_is_no_file(
        self, email: str, kind: type[Outcome], folder: Path, hand_over: HandOver
    ) -> None:
        assert isinstance(hand_over(for_(email)), kind)
        assert files_in(folder.parent.parent) == []

    def test_does_not_stand_in_the_way_of_its_neighbours(self, folder: Path, run: Run) -> None:
        names = ["ada", "rejected", "grace", "down", "busy-1", "silent"]
        batch = [for_(f"{name}@simulator.tidings.test", event_id=name) for name in names]
        outcomes = run(sender_to(folder).send(batch))
        kinds = [Accepted, Rejected, Accepted, ProviderDown, Deferred, Unknown]
        assert [type(outcome) for outcome in outcomes] == kinds
        assert len(files_in(folder)) == 3


class TestARepeat:
    def test_of_the_same_attempt_is_a_second_file(self, folder: Path, hand_over: HandOver) -> None:
        hand_over(for_())
        [first] = files_in(folder)
        written = first.stat()
        for count in (2, 3, 4):
            assert isinstance(hand_over(for_()), Accepted)
            assert len(files_in(folder)) == count
        assert {file.read_bytes() for file in files_in(folder)} == {render_text(for_())}
        assert first.stat().st_mtime_ns == written.st_mtime_ns
        assert first.stat().st_ino == written.st_ino

    def test_as_another_attempt_is_a_second_file(self, folder: Path, hand_over: HandOver) -> None:
        begun = for_("busy-1@simulator.tidings.test")
        deferred = begun.settle(
            hand_over(begun), channel=EMAIL, now=at(1), by=WORKER, wake_at=at(2)
        )
        hand_over(deferred.begin(now=at(10), by=WORKER))
        [file] = files_in(folder)
        assert "attempt2" in file.name

    def test_in_another_generation_is_a_second_file(
        self, folder: Path, hand_over: HandOver
    ) -> None:
        begun = for_()
        hand_over(begun)
        hand_over(replace(begun, last_move=replace(begun.last_move, generation=2)))
        assert len(files_in(folder)) == 2


class Onlooker(MemoryClock):
    """Asked for the time while a file is being written: what lies there under a hidden name?"""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.unfinished: set[str] = set()

    def now(self) -> datetime:
        hidden = {file.name for file in files_in(self._folder) if file.name.startswith(".")}
        self.unfinished |= hidden
        return super().now()


class TestAFileThatIsThere:
    def test_is_not_changed_though_its_worker_was_killed_over_it(
        self, folder: Path, run: Run
    ) -> None:
        """Killed when the file had its name, and still its hidden one; then it is replayed."""

        def render(given: Notification) -> bytes:
            return f"generation {given.generation}".encode()

        onlooker = Onlooker(folder)
        sender = OutboxSender(folder, suffix=".txt", render=render, clock=onlooker)
        begun = for_()
        run(sender.send([begun]))
        [file] = files_in(folder)
        for name in onlooker.unfinished:
            (folder / name).hardlink_to(file)
        run(sender.send([replace(begun, last_move=replace(begun.last_move, generation=2))]))
        assert file.read_bytes() == b"generation 1"


class TestAHostileEvent:
    IDS = (
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        ".hidden",
        "a/b/c",
        "a\\b",
        "C:\\x",
        "a\0b",
        "a\nb",
        "\x1b[2J",
        "~root",
        "$(reboot)",
        "-rf",
        " ",
        "x" * 255,
        "é" * 255,
        "🚨" * 255,
        "." * 255,
        "/" * 255,
        "..%2f..%2f",
        "\u202egpj.exe",
        "con",
    )

    @pytest.mark.parametrize("event_id", IDS, ids=ascii)
    def test_never_leaves_the_folder(
        self, event_id: str, folder: Path, tmp_path: Path, hand_over: HandOver
    ) -> None:
        assert isinstance(hand_over(for_(event_id=event_id)), Accepted)
        [file] = files_in(tmp_path)
        self.check(file, folder)

    @given(event_id=st.text(min_size=1, max_size=255))
    @example(event_id="../" * 85)
    @settings(deadline=None, max_examples=50)
    def test_never_leaves_the_folder_whatever_its_id(self, event_id: str) -> None:
        with TemporaryDirectory() as around:
            folder = Path(around) / "a" / "b" / "c"
            [outcome] = asyncio.run(sender_to(folder).send([for_(event_id=event_id)]))
            assert isinstance(outcome, Accepted)
            [file] = files_in(Path(around))
            self.check(file, folder)

    @pytest.mark.parametrize("kin", ["a/b a:b a_b", "é ü 🚨", f"{'x' * 254}a {'x' * 254}b"])
    def test_never_takes_the_place_of_another(
        self, kin: str, folder: Path, hand_over: HandOver
    ) -> None:
        for event_id in kin.split():
            hand_over(for_(event_id=event_id))
        assert len(files_in(folder)) == len(kin.split())

    @staticmethod
    def check(file: Path, folder: Path) -> None:
        assert file.resolve().parent == folder.resolve()
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.txt", file.name)
        assert len(file.name) <= 200


class TestAnOutboxThatCannotBeWritten:
    """These tests may run as root, whom no permission stops: a file stands in the way."""

    @pytest.mark.parametrize("depth", [0, 1, 2], ids=["the folder", "its parent", "further up"])
    def test_is_a_provider_that_is_down(self, depth: int, tmp_path: Path, run: Run) -> None:
        folder = tmp_path / "one" / "two" / "three"
        blocked = [folder, *folder.parents][depth]
        blocked.parent.mkdir(parents=True, exist_ok=True)
        blocked.write_bytes(b"")
        batch = [for_(event_id=f"event-{number}") for number in range(3)]
        outcomes = run(sender_to(folder).send(batch))
        assert [type(outcome) for outcome in outcomes] == [ProviderDown] * 3
        assert blocked.read_bytes() == b""

    def test_says_why_without_personal_data(self, tmp_path: Path, run: Run) -> None:
        folder = tmp_path / "home-of-canary"
        folder.write_bytes(b"")
        event = an_event(event_id="canary-id", email=CANARY, text="canary text")
        [outcome] = run(sender_to(folder).send([a_begun_notification(event=event)]))
        assert isinstance(outcome, ProviderDown)
        assert outcome.rule == "outbox:write"
        assert "outbox" in outcome.reason
        assert "make room" in outcome.reason
        assert "canary" not in outcome.reason + outcome.rule
        assert str(tmp_path) not in outcome.reason

    def test_takes_again_once_the_way_is_clear(self, folder: Path, hand_over: HandOver) -> None:
        folder.parent.mkdir(parents=True)
        folder.write_bytes(b"")
        hand_over(for_())
        folder.unlink()
        assert isinstance(hand_over(for_()), Accepted)
        assert len(files_in(folder)) == 1

    def test_keeps_no_file_by_halves(self, folder: Path, hand_over: HandOver) -> None:
        """As on a full disk: the system takes the beginning of a file, and no more."""
        with files_of_at_most(4096):
            outcome = hand_over(a_begun_notification(event=an_event(text="x" * 100_000)))
        assert isinstance(outcome, ProviderDown)
        assert files_in(folder) == []

    def test_keeps_nothing_of_what_it_did_not_take(self, folder: Path, run: Run) -> None:
        too_long_a_name = sender_to(folder, suffix="." + "x" * 300)
        [outcome] = run(too_long_a_name.send([for_()]))
        assert isinstance(outcome, ProviderDown)
        assert files_in(folder) == []


class TestANotificationThatCannotBeRendered:
    def test_is_deferred_and_its_neighbours_are_told(self, folder: Path, run: Run) -> None:
        """A sender raises nothing; before anything was handed over, that is a deferral."""
        batch = [for_(event_id="one"), for_(event_id="two"), for_(event_id="three")]
        broken = replace(batch[1], event=an_event(event_id="two", text="half a pair: \ud83d"))
        outcomes = run(sender_to(folder).send([batch[0], broken, batch[2]]))
        assert [type(outcome) for outcome in outcomes] == [Accepted, Deferred, Accepted]
        assert len(files_in(folder)) == 2


class TestAskingAfterAHandOver:
    def test_finds_none_and_writes_nothing(self, folder: Path, run: Run) -> None:
        sender = sender_to(folder)
        lost = [for_("silent@simulator.tidings.test", event_id=f"{n}") for n in range(3)]
        run(sender.send(lost))
        before = files_in(folder)
        findings = run(sender.find(lost))
        assert [type(finding) for finding in findings] == [NotFound] * 3
        assert files_in(folder) == before


class TestARecipient:
    def test_is_given_as_it_was_read(self, folder: Path, hand_over: HandOver) -> None:
        recipient = email_address("Ada@EXAMPLE.com")
        hand_over(replace(for_(), recipient=recipient))
        [file] = files_in(folder)
        assert "Ada@example.com" in file.read_text("utf-8")
