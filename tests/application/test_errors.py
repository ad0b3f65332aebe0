"""Does the lane know what to do about every error that can reach it?"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import application
import application.errors
import domain
import domain.errors
from application.errors import REMEDIES
from domain.errors import TidingsError


def _leaves(error: type[TidingsError]) -> Iterator[type[TidingsError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for each in below:
        yield from _leaves(each)


def _known() -> set[type[TidingsError]]:
    """Every leaf that a lane can meet. What only stops a start belongs to the entrypoints."""
    for package in (domain, application):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    within_a_lane = {"domain", "application", "adapters"}
    return {
        leaf for leaf in _leaves(TidingsError) if leaf.__module__.split(".")[0] in within_a_lane
    }


class TestTheTableOfVerdicts:
    def test_answers_for_every_leaf_of_the_tree(self) -> None:
        assert _known() - set(REMEDIES) == set()

    def test_answers_for_leaves_alone(self) -> None:
        assert set(REMEDIES) - _known() == set()


class TestTheDrawnTrees:
    def test_show_every_leaf(self) -> None:
        drawn = f"{domain.errors.__doc__}{application.errors.__doc__}"
        assert [leaf.__name__ for leaf in _known() if f"── {leaf.__name__} " not in drawn] == []
