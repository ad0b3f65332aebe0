"""What does somebody mean who types an address, a number or an id into one box?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from starlette.responses import Response

from adapters.mail.address import read_email_address
from application.ports.dead_letters import DeadLetterQuery, DeadLetters
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE, DeadLetter, DeadLetterOutline
from domain.errors import InvalidRecipient
from domain.recipient import Recipient, phone_number
from entrypoints.console.pages import link
from entrypoints.console.visit import Visit
from entrypoints.following import chapters_meant
from entrypoints.looking import recipient_key

_LONGEST = 320
#: So many of the latest records that nobody could read are looked through.
_LOOKED_THROUGH = 500
_BATCH = 25  # of up to 256 KiB each
_UNREADABLE = DeadLetterQuery(reason=UNREADABLE, only_open=False)
_FEWEST = 4  # letters that can tell one record from others
#: As most are: it has a digit, and a letter or a hyphen.
_AN_ID = re.compile(r"(?=\S*\d)(?=\S*[^\W\d]|\S*-)\S{4,}")
_NOT_IN_NUMBERS = re.compile(r"[\s().\-/]+")


async def search(visit: Visit) -> Response:
    """By a form that is sent, so that no address comes to stand in a URL."""
    text = visit.form.get("q", "").strip()[:_LONGEST]
    if not text:
        return visit.go_to("/")
    if await chapters_meant(visit.tidings.history, text):
        return visit.go_to(link("/event", id=text))
    if (letter := await _dead_letter(visit, text)) is not None:
        return visit.go_to(link("/dead-letter", id=letter.id))
    for key in _recipient_keys(text):
        found = await visit.tidings.history.latest(Query(recipient_key=key), limit=1)
        if found:
            return visit.go_to(link("/notifications", like=found[0].id))
    return await nothing_found(visit, text)


async def nothing_found(visit: Visit, text: str) -> Response:
    return visit.show(
        "nothing.html",
        status=404,
        text=text,
        is_whole=looks_whole(text),
        is_number=_digits(text) is not None,
        unread=await visit.tidings.unread() or 0,
        unreadable=await unreadable_with(visit.tidings.dead_letters, text),
        looked_through=_LOOKED_THROUGH,
    )


def looks_whole(text: str) -> bool:
    """Whether it looks like all of an address, of a number, or of an id: else nothing follows from
    its not being found."""
    if _digits(text) is not None:
        has_country_code = text.startswith(("+", "00"))
        return has_country_code and _is_one(phone_number, _recipient_keys(text)[-1])
    if "@" in text:
        return _is_one(read_email_address, text)
    return _AN_ID.fullmatch(text) is not None


def _is_one(read: Callable[[str], Recipient], text: str) -> bool:
    try:
        read(text)
    except InvalidRecipient:
        return False
    return True


async def unreadable_with(dead_letters: DeadLetters, text: str) -> Sequence[DeadLetterOutline]:
    """Records that no notification could be made of, in whose bytes it stands."""
    wanted = [each.casefold() for each in {text, *_recipient_keys(text)} if len(each) >= _FEWEST]
    found: list[DeadLetterOutline] = []
    if not wanted:
        return found
    batch: Sequence[DeadLetterOutline] = ()
    for _ in range(_LOOKED_THROUGH // _BATCH):
        behind = batch[-1] if batch else None
        batch = await dead_letters.latest(_UNREADABLE, limit=_BATCH, after=behind)
        whole = await dead_letters.find([each.id for each in batch])
        holding = await asyncio.to_thread(_holding, whole, wanted)
        found += [each for each in batch if each.id in holding]
        if len(batch) < _BATCH:
            break
    return found


def _holding(letters: Mapping[UUID, DeadLetter], wanted: Sequence[str]) -> set[UUID]:
    return {id_ for id_, letter in letters.items() if _holds(letter.body, wanted)}


def _holds(body: bytes, wanted: Sequence[str]) -> bool:
    text = body.decode("utf-8", "replace").casefold()
    return any(each in text for each in wanted)


async def _dead_letter(visit: Visit, text: str) -> DeadLetter | None:
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    return (await visit.tidings.dead_letters.find([id_])).get(id_)


def _recipient_keys(text: str) -> Sequence[str]:
    """As it stands, and as a number in the ways that people write one."""
    keys = [recipient_key(text)]
    if (digits := _digits(text)) is not None:
        keys.append(recipient_key(f"+{digits.removeprefix('00')}"))
    return list(dict.fromkeys(keys))


def _digits(text: str) -> str | None:
    """Of what may be a number; None: it is none."""
    digits = _NOT_IN_NUMBERS.sub("", text).removeprefix("+")
    return digits if digits.isdecimal() else None
