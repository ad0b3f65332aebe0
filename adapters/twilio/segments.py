"""How many SMS does a text take, and what of it can be sent at all?"""

from __future__ import annotations

import re

# 3GPP TS 23.038 6.2.1: the default alphabet, and its extension, whose letters count twice.
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")

# 3GPP TS 23.040 9.2.3.24.1: 140 octets, less six for the header where there are several.
_GSM_7_ALONE, _GSM_7_JOINED = 160, 153
_UCS_2_ALONE, _UCS_2_JOINED = 70, 67
_LAST_OF_UCS_2 = "\uffff"

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


def sendable(text: str) -> str:
    """Without control characters (a space for each run of them) and halves of characters."""
    return _CONTROLS.sub(" ", _LINE_ENDS.sub("\n", text)).strip()


def segments(text: str) -> int:
    """As an operator counts and bills them; no character is cut in two."""
    if all(character in _GSM_7 or character in _GSM_7_EXTENSION for character in text):
        sizes = [2 if character in _GSM_7_EXTENSION else 1 for character in text]
        return _packed(sizes, alone=_GSM_7_ALONE, joined=_GSM_7_JOINED)
    sizes = [2 if character > _LAST_OF_UCS_2 else 1 for character in text]
    return _packed(sizes, alone=_UCS_2_ALONE, joined=_UCS_2_JOINED)


def _packed(sizes: list[int], *, alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, room = 1, joined
    for size in sizes:
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count
