"""What does the exit code of a command say?"""

from __future__ import annotations

DONE = 0
NOT_ALL = 1  #: something is not found, was left out (a bad line), or failed (a check)
USAGE = 2  #: an option or a setting is wrong; nothing was done
UNAVAILABLE = 69  #: the data cannot be reached or written (EX_UNAVAILABLE)
BUG = 70  #: a mistake of ours (EX_SOFTWARE)
NO_OUTPUT = 74  #: what it has to say cannot be written (EX_IOERR)
INTERRUPTED = 130
