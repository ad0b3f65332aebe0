"""What do the tests of the deployment share?"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.deployment.compose import FILE, NoParser, Parser, parser


@pytest.fixture(scope="session")
def compose() -> Parser:
    """What cannot be built is said; where CI is set, that fails."""
    try:
        return parser()
    except NoParser as reason:
        if os.environ.get("CI"):
            pytest.fail(f"not run: {reason}")
        pytest.skip(f"not run: {reason}")


@pytest.fixture(scope="session")
def services(compose: Parser) -> dict[str, Any]:
    """As they are where nothing is set."""
    found: dict[str, Any] = compose.read(FILE.read_text())["services"]
    return found
