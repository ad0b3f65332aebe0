"""Why will a notification not be tried again?"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    REJECTED = "rejected"  #: the provider refused it for good
    EXHAUSTED = "exhausted"  #: every allowed attempt was deferred
    EXPIRED = "expired"  #: its time had passed before a provider took it
    INVALID = "invalid"  #: the address is none
    UNDELIVERED = "undelivered"  #: a receipt says that it did not arrive
    UNRESOLVED = "unresolved"  #: nobody could say whether the provider had it
    WITHDRAWN = "withdrawn"  #: its recipient was forgotten before anybody was told
    POISON = "poison"  #: workers died with it, twice while they had nothing else
