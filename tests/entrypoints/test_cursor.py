"""Does a cursor come back as what it was, and nothing else as one?"""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from entrypoints.cursor import read_cursor, to_cursor


class TestACursor:
    @pytest.mark.parametrize("id_", [UUID(int=0), UUID(int=2**128 - 1), uuid5(UUID(int=1), "a")])
    def test_comes_back(self, id_: UUID) -> None:
        assert read_cursor(to_cursor(id_)) == id_
        assert to_cursor(id_).isalnum()

    @pytest.mark.parametrize("text", ["", "a", "there", "1" * 26, "a" * 25, "a" * 34, "é" * 26])
    def test_is_nothing_else(self, text: str) -> None:
        with pytest.raises(ValueError):
            read_cursor(text)
