"""What can go wrong around the use cases, and what is done about each?

TidingsError
├── (the rules of domain.errors)
├── StoreUnavailable      the store cannot be reached, or cannot write; nothing was written
├── RowRefused            the store refused a statement for what one of its rows holds
├── LeaseLost             another worker may have taken over what was in hand
└── StreamUnavailable     the stream cannot be read or written
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from domain.errors import (
    AlreadyExpired,
    IllegalTransition,
    InvalidRecipient,
    NoAttemptLeft,
    TidingsError,
    UnreadableEvent,
)


class StoreUnavailable(TidingsError):
    """`fix` says what a person can do about it; `may_pass`, that it may come right by itself.

    `folder` is where the file lies that `problem` begins with: no business of who is elsewhere.
    """

    def __init__(self, problem: str, *, fix: str, may_pass: bool = False, folder: str = "") -> None:
        super().__init__(f"{folder}{problem}: {fix}")
        self.problem = problem
        self.fix = fix
        self.may_pass = may_pass
        self.folder = folder


class RowRefused(TidingsError):
    """Nothing of the statement was written. Which row it was, bisecting tells."""


class LeaseLost(TidingsError):
    pass


class StreamUnavailable(TidingsError):
    def __init__(self, problem: str, *, fix: str, may_pass: bool = False, folder: str = "") -> None:
        super().__init__(f"{folder}{problem}: {fix}")
        self.problem = problem
        self.fix = fix
        self.may_pass = may_pass
        self.folder = folder


class Remedy(Enum):
    ACKNOWLEDGE = "it is settled; go on"
    REDELIVER = "wait, and try the same again"
    DEAD_LETTER = "keep its bytes and the reason; go on"
    STOP = "a bug: stop before it does harm"


#: What the lane does about each error that reaches it.
REMEDIES: Mapping[type[TidingsError], Remedy] = {
    IllegalTransition: Remedy.STOP,
    AlreadyExpired: Remedy.ACKNOWLEDGE,
    NoAttemptLeft: Remedy.ACKNOWLEDGE,
    InvalidRecipient: Remedy.ACKNOWLEDGE,
    UnreadableEvent: Remedy.DEAD_LETTER,
    StoreUnavailable: Remedy.REDELIVER,
    RowRefused: Remedy.DEAD_LETTER,
    LeaseLost: Remedy.REDELIVER,
    StreamUnavailable: Remedy.REDELIVER,
}
