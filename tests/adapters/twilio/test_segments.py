"""How many SMS does a text take, and what of it is sent?"""

from __future__ import annotations

import pytest

from adapters.twilio.segments import segments, sendable

EMOJI = "\U0001f4e6"


class TestSegments:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            pytest.param("", 1, id="nothing"),
            pytest.param("a" * 160, 1, id="as many letters as fit into one"),
            pytest.param("a" * 161, 2, id="one more"),
            pytest.param("a" * 306, 2, id="as many as fit into two"),
            pytest.param("a" * 307, 3, id="one more than fits into two"),
            pytest.param("€" * 80, 1, id="letters that count twice"),
            pytest.param("€" * 81, 2, id="one of them more"),
            pytest.param("a" * 152 + "€" + "a" * 152, 3, id="one that is not cut in two"),
            pytest.param("é\n£ÄÖÜßñ¿" * 10, 1, id="the letters of the default alphabet"),
            pytest.param("ж" * 70, 1, id="another script"),
            pytest.param("ж" * 71, 2, id="one more of it"),
            pytest.param("ж" * 134, 2, id="as many of it as fit into two"),
            pytest.param("ж" * 135, 3, id="one more of it than fits into two"),
            pytest.param("a" * 70 + "ç", 2, id="one letter makes it another script"),
            pytest.param(EMOJI * 35, 1, id="pictures count twice"),
            pytest.param(EMOJI * 36, 2, id="one of them more"),
            pytest.param(EMOJI * 67, 3, id="and are not cut in two"),
        ],
    )
    def test_are_counted_as_they_are_billed(self, text: str, count: int) -> None:
        assert segments(text) == count


class TestWhatIsSent:
    @pytest.mark.parametrize(
        ("text", "sent"),
        [
            ("one\r\ntwo\rthree\u2028four\u2029five\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
            ("a\x00b\x07\x1b[31mc\td\x7fe\x9ff", "a b [31mc d e f"),
            ("half \ud800 of one", "half   of one"),
            (
                "  Grüße, 世界 \U0001f469\u200d\U0001f4bb \n",
                "Grüße, 世界 \U0001f469\u200d\U0001f4bb",
            ),
        ],
    )
    def test_has_no_control_characters(self, text: str, sent: str) -> None:
        assert sendable(text) == sent
