"""Is the library there that an adapter needs?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import TidingsError


class NotInstalled(TidingsError):
    def __init__(self, library: str, extra: str) -> None:
        self.library = library
        self.fix = f"where Tidings was cloned: pip install '.[{extra}]'"
        super().__init__(f"{library} is not installed; {self.fix}")


@contextmanager
def installed(extra: str = "production") -> Iterator[None]:
    """Around an import. Raises NotInstalled, with what to do."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise NotInstalled((error.name or "a library").partition(".")[0], extra) from error
