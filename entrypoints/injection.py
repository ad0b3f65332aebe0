"""How does dependency-injector come in, alone?

Where they are installed it imports web frameworks, for a wiring that nothing here uses, and YAML:
80 ms of every command.
"""

from __future__ import annotations

import sys

_UNUSED = ("fastapi", "fast_depends", "starlette.requests", "werkzeug.local", "yaml")

_hidden = [name for name in _UNUSED if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type] # None: as if not installed
try:
    from dependency_injector import containers, providers
finally:
    for _name in _hidden:
        del sys.modules[_name]

__all__ = ["containers", "providers"]
