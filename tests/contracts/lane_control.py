"""What does every LaneControl keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from application.errors import StoreUnavailable
from application.ports.lane_control import LaneControl
from domain.pause import Pause
from tests.contracts.database import Database, DatabaseContract, Ports, same
from tests.contracts.given import MICROSECOND, NOW, SECOND
from tests.runner import Run, together

EMAIL = Pause(channel="email", paused_at=NOW + MICROSECOND, paused_by="Linus", why="Umzug: „bald“")
SMS = Pause(channel="sms", paused_at=NOW + SECOND, paused_by="Grace", why="too dear")


class LaneControlContract(DatabaseContract):
    @pytest.fixture
    def control(self, ports: Ports) -> LaneControl:
        return ports.lane_control

    def test_nothing_is_paused_at_first(self, control: LaneControl, run: Run) -> None:
        assert run(control.pauses()) == {}

    def test_what_is_paused_says_since_when_by_whom_and_why(
        self, control: LaneControl, run: Run
    ) -> None:
        assert run(control.pause(EMAIL)) is None
        assert run(control.pauses()) == {"email": EMAIL}
        assert run(control.pauses())["email"].paused_at.tzinfo == UTC

    def test_each_channel_has_its_own(self, control: LaneControl, run: Run) -> None:
        run(control.pause(EMAIL))
        assert run(control.pause(SMS)) is None
        assert run(control.pauses()) == {"email": EMAIL, "sms": SMS}
        run(control.resume("email"))
        assert run(control.pauses()) == {"sms": SMS}

    def test_the_first_pause_stands_until_it_is_resumed(
        self, control: LaneControl, run: Run
    ) -> None:
        another = replace(EMAIL, paused_by="Grace", paused_at=NOW + SECOND)
        run(control.pause(EMAIL))
        assert same(run(control.pause(another)), EMAIL)
        assert run(control.pauses()) == {"email": EMAIL}
        run(control.resume("email"))
        assert run(control.pause(another)) is None
        assert run(control.pauses()) == {"email": another}

    def test_of_two_at_once_one_stands(self, database: Database, run: Run) -> None:
        pauses = [replace(EMAIL, paused_by=f"worker-{number}") for number in range(6)]
        each = [run(database.connect()) for _ in pauses[:3]] * 2
        answers = run(
            together(
                *(
                    ports.lane_control.pause(pause)
                    for ports, pause in zip(each, pauses, strict=True)
                )
            )
        )
        [standing] = run(each[0].lane_control.pauses()).values()
        assert answers.count(None) == 1
        assert standing == pauses[answers.index(None)]
        assert set(answers) == {None, standing}

    def test_what_is_resumed_was_paused_until_then(self, control: LaneControl, run: Run) -> None:
        run(control.pause(EMAIL))
        assert same(run(control.resume("email")), EMAIL)
        assert run(control.pauses()) == {}

    def test_resuming_what_goes_on_changes_nothing(self, control: LaneControl, run: Run) -> None:
        run(control.pause(SMS))
        assert run(control.resume("email")) is None
        assert run(control.pauses()) == {"sms": SMS}

    def test_every_worker_sees_it(self, control: LaneControl, database: Database, run: Run) -> None:
        another = run(database.connect()).lane_control
        run(control.pause(EMAIL))
        assert run(another.pauses()) == {"email": EMAIL}
        run(another.resume("email"))
        assert run(control.pauses()) == {}

    def test_it_lives_through_a_restart(
        self, control: LaneControl, database: Database, run: Run
    ) -> None:
        run(control.pause(EMAIL))
        run(database.restart())
        after = run(database.connect()).lane_control
        assert run(after.pauses()) == {"email": EMAIL}

    @pytest.mark.parametrize("call", ["pauses", "pause", "resume"])
    def test_raises_store_unavailable(
        self, control: LaneControl, database: Database, run: Run, call: str
    ) -> None:
        run(control.pause(SMS))
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "pauses": control.pauses,
            "pause": lambda: control.pause(EMAIL),
            "resume": lambda: control.resume("sms"),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert run(control.pauses()) == {"sms": SMS}
