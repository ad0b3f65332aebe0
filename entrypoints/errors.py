"""What can be asked for that cannot be done?"""

from __future__ import annotations

from domain.errors import TidingsError


class CannotBeDone(TidingsError):
    """What was asked for is not there, or does not stand so; nothing was changed."""


class NotThere(CannotBeDone):
    """`field` names what was given that leads to nothing, where that can be said."""

    def __init__(self, problem: str, *, field: str | None = None) -> None:
        super().__init__(problem)
        self.field = field
