"""Does an outline tell of a notification what its list needs?"""

from __future__ import annotations

from dataclasses import fields, replace

from domain.outline import Outline
from domain.status import Status
from tests.builders import an_event, at
from tests.domain.test_notification import _in_status

OF_THE_EVENT = {"event_id": "id", "message_type": "message_type", "occurred_at": "occurred_at"}


class TestAnOutline:
    def test_has_what_its_notification_has(self) -> None:
        event = an_event(expires_at=at(99), message_type="ALERT_RAISED")
        whole = replace(_in_status(Status.SENT), event=event, expires_at=at(99), provider_id="SM-1")
        outline = Outline.of(whole)
        for field in fields(Outline):
            if field.name in OF_THE_EVENT:
                wanted = getattr(event, OF_THE_EVENT[field.name])
            else:
                wanted = getattr(whole, field.name)
            assert wanted is not None, field.name
            assert getattr(outline, field.name) == wanted, field.name
