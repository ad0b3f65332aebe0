"""How do the tests of the domain run under `make mutants`, a thousand times over?"""

from __future__ import annotations

import pytest
from hypothesis import Phase, is_hypothesis_test, settings

_PROFILE = "mutants"

#: The same examples each time, and none made small: whether a mutant is killed is all that counts.
settings.register_profile(
    _PROFILE,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick ones first: most mutants do not live to see the others."""
    if settings.get_current_profile_name() == _PROFILE:
        items.sort(key=_takes_long)


def _takes_long(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    runs_a_state_machine = "run_state_machine_as_test" in item.function.__code__.co_names
    return is_hypothesis_test(item.function) or runs_a_state_machine
