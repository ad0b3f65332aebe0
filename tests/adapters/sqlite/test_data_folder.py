"""Is the data folder made for its user alone, and nobody else's taken for it?"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import FILE_NAME, Database
from application.errors import StoreUnavailable
from tests.runner import Run


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where no folder is yet, nor one above it."""
    return tmp_path / "above" / "data"


class TestANewFolder:
    def test_is_made_for_its_user_alone(self, path: Path) -> None:
        DataFolder(path).prepare(may_be_new=True)
        assert permissions(path) == 0o700

    def test_is_not_made_for_who_only_asks(self, path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="no Tidings data") as caught:
            DataFolder(path).prepare(may_be_new=False)
        assert "tidings up" in caught.value.fix
        assert not path.parent.exists()

    def test_cannot_be_made_within_a_file(self, path: Path) -> None:
        path.parent.touch()
        with pytest.raises(StoreUnavailable, match="Not a directory"):
            DataFolder(path).prepare(may_be_new=True)


class TestAFolderThatIsThere:
    @pytest.fixture(autouse=True)
    def folder(self, path: Path) -> None:
        path.mkdir(parents=True)

    @pytest.mark.parametrize(
        "names",
        [
            pytest.param([], id="empty"),
            pytest.param([FILE_NAME], id="of ours"),
            pytest.param(["tidings.lock"], id="begun and no more"),
            pytest.param([FILE_NAME, "notes.txt"], id="of ours with a note beside"),
        ],
    )
    def test_is_taken_if_it_is(self, path: Path, names: list[str]) -> None:
        for name in names:
            (path / name).touch()
        DataFolder(path).prepare(may_be_new=True)

    def test_is_not_taken_if_it_holds_other_files(self, path: Path) -> None:
        (path / "thesis.tex").touch()
        with pytest.raises(StoreUnavailable, match="holds other files") as caught:
            DataFolder(path).prepare(may_be_new=True)
        assert "TIDINGS_DATA" in caught.value.fix
        assert [file.name for file in path.iterdir()] == ["thesis.tex"]

    def test_is_not_taken_if_it_is_a_file(self, path: Path) -> None:
        path.rmdir()
        path.touch()
        with pytest.raises(StoreUnavailable) as caught:
            DataFolder(path).prepare(may_be_new=True)
        assert "TIDINGS_DATA" in caught.value.fix

    def test_is_not_taken_if_it_is_read_only(self, path: Path) -> None:
        path.chmod(0o500)
        if os.access(path, os.W_OK):
            pytest.skip("nothing is read-only for root")
        with pytest.raises(StoreUnavailable, match="cannot be written to"):
            DataFolder(path).prepare(may_be_new=True)

    def test_keeps_what_it_holds_from_others_though_it_is_open_to_them(
        self, path: Path, run: Run
    ) -> None:
        path.chmod(0o755)
        DataFolder(path).prepare(may_be_new=True)
        database = Database(path)
        run(database.open())
        run(database.close())
        assert permissions(path) & 0o077 == 0 or permissions(path / FILE_NAME) & 0o077 == 0


class TestWorkingAlone:
    @pytest.fixture
    def folder(self, path: Path) -> DataFolder:
        folder = DataFolder(path)
        folder.prepare(may_be_new=True)
        folder.work_alone()
        return folder

    def test_keeps_a_second_worker_out(self, folder: DataFolder) -> None:
        with pytest.raises(StoreUnavailable, match="another `tidings up` works in it") as caught:
            DataFolder(folder.path).work_alone()
        assert "stop that one first" in caught.value.fix
        folder.leave()

    def test_keeps_a_second_worker_out_again_and_again(self, folder: DataFolder) -> None:
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                DataFolder(folder.path).work_alone()
        folder.leave()

    def test_is_over_once_the_first_has_left(self, folder: DataFolder) -> None:
        folder.leave()
        second = DataFolder(folder.path)
        second.work_alone()
        second.leave()

    def test_keeps_nobody_out_who_only_asks_or_publishes(self, folder: DataFolder) -> None:
        (folder.path / FILE_NAME).touch()
        DataFolder(folder.path).prepare(may_be_new=False)
        DataFolder(folder.path).prepare(may_be_new=True)
        folder.leave()

    def test_can_be_left_though_it_never_began(self, path: Path) -> None:
        DataFolder(path).leave()

    def test_is_refused_with_the_fix_if_there_can_be_no_lock(self, path: Path) -> None:
        (path / "tidings.lock").mkdir(parents=True)
        with pytest.raises(StoreUnavailable):
            DataFolder(path).work_alone()


class TestAskingWhoWorksInIt:
    @pytest.fixture
    def folder(self, path: Path) -> DataFolder:
        folder = DataFolder(path)
        folder.prepare(may_be_new=True)
        return folder

    def test_is_answered_without_making_anything(self, folder: DataFolder) -> None:
        assert not folder.is_worked_in()
        assert list(folder.path.iterdir()) == []

    def test_is_answered_while_somebody_does_and_afterwards(self, folder: DataFolder) -> None:
        worker = DataFolder(folder.path)
        worker.work_alone()
        assert folder.is_worked_in()
        worker.leave()
        assert not folder.is_worked_in()

    def test_keeps_nobody_from_beginning(self, folder: DataFolder) -> None:
        """Who asks holds the lock for an instant, here until the worker waits for it."""
        asking = os.open(folder.path / "tidings.lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(asking, fcntl.LOCK_SH)
        worker = DataFolder(folder.path, pause=lambda _: os.close(asking))
        worker.work_alone()
        assert folder.is_worked_in()
        worker.leave()


class TestPrivacy:
    @pytest.mark.parametrize(("mode", "is_private"), [(0o700, True), (0o750, False)])
    def test_is_for_its_user_alone(self, path: Path, mode: int, *, is_private: bool) -> None:
        path.mkdir(parents=True)
        path.chmod(mode)
        assert DataFolder(path).is_private() is is_private
