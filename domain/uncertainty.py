"""What happens to a notification that the provider may or may not have?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.status import Wait, Waiting

_PHASES = (Wait.ANSWER, Wait.RECEIPT, Wait.TURN, Wait.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyPolicy:
    """The phases, in order; a phase of no length, or with no re-send left, is passed over.

    1. ask the provider whether it has it, for `ask_for`, every `ask_every`;
    2. wait `receipt_for` for a receipt;
    3. send it again, at most `resends` times in a generation;
    4. wait `person_for` for somebody who knows; then it has failed.
    """

    resends: int = 0
    ask_for: timedelta = timedelta()
    ask_every: timedelta = timedelta(seconds=30)
    receipt_for: timedelta = timedelta()
    person_for: timedelta = timedelta(days=1)

    def next_wait(
        self, *, after: Wait | None, since: datetime, now: datetime, may_resend: bool
    ) -> Waiting | None:
        """The next thing to wait for once `after` has ended in nothing; None: nothing is left.

        `since` is when it became uncertain. `Wait.TURN` means: send it again.
        """
        asked_until = since + self.ask_for
        if after is Wait.ANSWER and now < asked_until:
            return Waiting(reason=Wait.ANSWER, until=min(now + self.ask_every, asked_until))
        lengths = {
            Wait.ANSWER: timedelta() if self.ask_for else None,
            Wait.RECEIPT: self.receipt_for or None,
            Wait.TURN: timedelta() if may_resend else None,
            Wait.PERSON: self.person_for,
        }
        ended = _PHASES.index(after) + 1 if after in _PHASES else 0
        for phase in _PHASES[ended:]:
            length = lengths[phase]
            if length is not None:
                return Waiting(reason=phase, until=now + length)
        return None


#: Sent again under the same Message-ID, so that a mailbox can tell that it is the same.
EMAIL_UNCERTAINTY = UncertaintyPolicy(resends=2)

#: Nobody can tell that two messages are one, so the provider is asked, and then a person.
SMS_UNCERTAINTY = UncertaintyPolicy(ask_for=timedelta(minutes=2), receipt_for=timedelta(minutes=15))

#: For whom a repeat is better than silence.
SMS_UNCERTAINTY_WITH_RESENDS = replace(SMS_UNCERTAINTY, resends=2)
