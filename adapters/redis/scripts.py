"""What does Redis run for us, each in one step?"""

from __future__ import annotations

from importlib.resources import files


def _text(*parts: str) -> str:
    folder = files("adapters.redis")
    return "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in parts)


TAKE = _text("ledger", "take")
GIVE_BACK = _text("ledger", "give_back")
JOIN = _text("ledger", "join")
REMEMBER = _text("remember")
