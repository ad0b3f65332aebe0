"""What does the exit code of a command say?"""

from __future__ import annotations

from domain.errors import TidingsError

DONE = 0
NOT_ALL = 1  #: it ran, but not everything is well: not found, bad lines, a failed check
USAGE = 2  #: an option or a setting is wrong; nothing was done
UNAVAILABLE = 69  #: the data cannot be reached or written (EX_UNAVAILABLE)
BUG = 70  #: a mistake of ours (EX_SOFTWARE)
INTERRUPTED = 130


def of(error: TidingsError) -> int:
    return USAGE if type(error).__name__ == "BadSettings" else UNAVAILABLE
