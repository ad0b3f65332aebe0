"""Does each assembly fill every slot, and give out its one root object?"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from adapters.null.sender import NullSender
from adapters.outbox.sender import OutboxSender
from adapters.system.clock import SystemClock
from application.lanes import Lanes
from entrypoints.container import Core, Embedded, Purpose, Tidings, open_tidings
from entrypoints.in_memory import InMemory
from entrypoints.installed import NotInstalled, installed
from entrypoints.load_production_settings import load_production_settings
from entrypoints.load_settings import load_settings
from entrypoints.production import Production
from entrypoints.settings import BadSettings, Settings
from tests.runner import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tidings_data=tmp_path / "data")


class TestTheCore:
    def test_is_of_no_use_while_a_slot_is_empty(self) -> None:
        with pytest.raises(Exception, match="store"):
            Core().check_dependencies()


class TestTheAssemblyInMemory:
    @pytest.fixture
    def container(self, settings: Settings) -> InMemory:
        return InMemory(settings=settings)

    def test_fills_every_slot(self, container: InMemory) -> None:
        container.check_dependencies()

    def test_gives_out_its_root(self, container: InMemory) -> None:
        tidings = container.tidings()
        assert isinstance(tidings, Tidings)
        assert {lane.channel.name for lane in tidings.lanes.each} == {"email", "sms"}

    def test_has_one_clock(self, container: InMemory) -> None:
        assert container.tidings().clock is container.clock()


class TestTheEmbeddedAssembly:
    def test_fills_every_slot(self, settings: Settings) -> None:
        Embedded(settings=settings, purpose=Purpose.WORK).check_dependencies()

    def test_has_its_log_told_when_the_machines_clock_is_set(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        container = Embedded(settings=settings, purpose=Purpose.WORK)
        steady, wall = iter([0.0, 1.0, 1.0]), iter([0.0, 3600.0])
        container.clock.add_kwargs(steady=lambda: next(steady), wall=lambda: next(wall))
        container.clock().now()
        told = json.loads(capsys.readouterr().err)
        assert "clock was set" in told["event"]
        assert told["by_seconds"] == 3599

    @pytest.mark.parametrize("purpose", [Purpose.WORK, Purpose.PUBLISH], ids=lambda each: each.name)
    def test_gives_out_its_root(self, settings: Settings, purpose: Purpose, run: Run) -> None:
        async def the_root() -> Tidings:
            async with open_tidings(settings, purpose) as tidings:
                assert await tidings.lanes.lag() == 0
                return tidings

        tidings = run(the_root())
        assert isinstance(tidings, Tidings)
        assert isinstance(tidings.lanes, Lanes)
        assert isinstance(tidings.clock, SystemClock)

    def test_makes_nothing_for_who_only_asks(self, settings: Settings, run: Run) -> None:
        async def ask() -> None:
            async with open_tidings(settings, Purpose.ASK):
                pass

        with pytest.raises(Exception, match="no Tidings data"):
            run(ask())
        assert not settings.tidings_data.exists()

    def test_can_be_opened_again_once_it_is_closed(self, settings: Settings, run: Run) -> None:
        async def work() -> None:
            async with open_tidings(settings, Purpose.WORK):
                await asyncio.sleep(0)

        run(work())
        run(work())


class TestTheProductionAssembly:
    @pytest.fixture
    def container(self) -> Production:
        settings = load_production_settings(
            database_url="postgresql://nobody@127.0.0.1:1/nothing",
            email_provider="outbox",
            sms_provider="null",
        )
        return Production(
            settings=settings, purpose=Purpose.WORK, running=["email", "sms"], waits=None
        )

    def test_fills_every_slot(self, container: Production) -> None:
        container.check_dependencies()

    def test_gives_out_its_root_and_dials_nobody(self, container: Production) -> None:
        tidings = container.tidings()
        assert isinstance(tidings, Tidings)
        assert {lane.channel.name for lane in tidings.lanes.each} == {"email", "sms"}
        assert tidings.lanes.post is not None

    def test_can_have_any_one_adapter_swapped(self, container: Production) -> None:
        assert isinstance(container.email_sender(), OutboxSender)
        assert isinstance(container.sms_sender(), NullSender)

    def test_costs_nobody_else_its_libraries(self) -> None:
        """They take a second to import, and need not be installed."""
        heavy = "'aiokafka', 'sqlalchemy', 'asyncpg', 'redis', 'twilio', 'aiohttp', 'aiosmtplib'"
        program = (
            f"import sys, entrypoints.commands.show; assert not set(sys.modules) & {{{heavy}}}"
        )
        ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
        assert ended.returncode == 0

    def test_is_named_with_what_to_install_where_a_library_is_missing(self) -> None:
        with (
            pytest.raises(NotInstalled, match=r"no_such_library.*'\.\[production\]'"),
            installed(),
        ):
            import_module("no_such_library.at_all")


class TestAnEnvironmentThatIsNotKnown:
    def test_is_an_error_before_anything_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings) as caught:
            load_settings(tidings_env="staging", tidings_data=tmp_path / "data")
        [(name, _)] = caught.value.problems
        assert name == "TIDINGS_ENV"
        assert not (tmp_path / "data").exists()
