"""Which rules can be broken?

TidingsError
├── IllegalTransition     a notification was asked to move where its table has no way
├── AlreadyExpired        a notification was to be replayed after its time
├── NoAttemptLeft         a notification was to be sent again, but has had all its attempts
├── InvalidRecipient      an address that is none
└── UnreadableEvent       a record that no event can be read from
"""

from __future__ import annotations

from uuid import UUID


class TidingsError(Exception):
    """The root: everything that Tidings itself raises. Messages never hold personal data."""


class IllegalTransition(TidingsError):
    def __init__(self, notification_id: UUID, current: str, wanted: str) -> None:
        super().__init__(f"notification {notification_id} cannot move from {current} to {wanted}")
        self.notification_id = notification_id
        self.current = current
        self.wanted = wanted


class AlreadyExpired(TidingsError):
    def __init__(self, notification_id: UUID) -> None:
        super().__init__(f"notification {notification_id} has expired")
        self.notification_id = notification_id


class NoAttemptLeft(TidingsError):
    def __init__(self, notification_id: UUID, attempts: int) -> None:
        super().__init__(
            f"notification {notification_id} has had all its {attempts} attempts; "
            "give it up, and replay its dead letter"
        )
        self.notification_id = notification_id
        self.attempts = attempts


class InvalidRecipient(TidingsError):
    """Says what is wrong with the shape of an address, never the address."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class UnreadableEvent(TidingsError):
    """Names the field, what stands there by its shape, and what should."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
