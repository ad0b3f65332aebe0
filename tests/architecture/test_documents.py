"""Does the README say what the code does?"""

from __future__ import annotations

from tests.documents import README, life, with_generated_parts


class TestTheReadme:
    def test_shows_the_life_of_a_notification_and_the_adapters_as_they_are(self) -> None:
        text = README.read_text()
        assert text == with_generated_parts(text), "run `make docs`"

    def test_is_short_enough_to_be_read_to_the_end(self) -> None:
        assert len(README.read_text().splitlines()) <= 150

    def test_draws_every_way_that_the_table_has(self) -> None:
        assert life().count("-->") == 18
