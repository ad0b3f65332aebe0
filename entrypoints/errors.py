"""What can be asked for that cannot be done?"""

from __future__ import annotations

from domain.errors import TidingsError


class CannotBeDone(TidingsError):
    """What was asked for is not there, or does not stand so; nothing was changed."""
