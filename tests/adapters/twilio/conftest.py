"""On which loops do these tests run?"""

from __future__ import annotations

from tests.servers.loops import run

__all__ = ["run"]
