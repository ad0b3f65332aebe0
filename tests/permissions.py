"""How is something run so that permissions bind it, even if root runs the tests?"""

from __future__ import annotations

import os
import shutil

import pytest


def without_privilege() -> tuple[str, ...]:
    """What a command begins with: root gives up the right to pass by permissions."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("nothing is closed to root, and there is no setpriv to change that")
    without = "--bounding-set=-dac_override,-dac_read_search,-fowner"
    return ("setpriv", without, "--inh-caps=-all")
