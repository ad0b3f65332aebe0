"""How are the keys of the HTTP API made, looked at and revoked?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.api_key import ApiKey, Scope
from entrypoints import shaping
from entrypoints.answers import CreatedKey, Keys
from entrypoints.api.access import BELIEVED_FOR, token_of
from entrypoints.container import Purpose, open_tidings
from entrypoints.errors import NotThere
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import duration, instant, plain

_ID_BYTES, _SECRET_BYTES = 6, 32


def create(
    name: str, scopes: Sequence[Scope], *, by: str, data: Path | None, as_json: bool
) -> None:
    id_, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    key = run(_create(settings_for(data), id_, secret, name, scopes, by))
    token = token_of(id_, secret)
    if as_json:
        tell(CreatedKey(key=token, of=shaping.key(key)))
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    allowed = ", ".join(sorted(key.scopes))
    console.print(Text.assemble("Key ", (id_, "cyan"), f" of {plain(name)}, which may: {allowed}."))
    console.print("It is shown this once; only its hash is kept.")
    Console(highlight=False, soft_wrap=True).print(token)


async def _create(
    settings: Settings, id_: str, secret: str, name: str, scopes: Sequence[Scope], by: str
) -> ApiKey:
    async with open_tidings(settings, Purpose.CONFIGURE) as tidings:
        return await tidings.create_key(id_=id_, secret=secret, name=name, scopes=scopes, by=by)


def list_keys(*, data: Path | None, as_json: bool) -> None:
    keys = run(_all(settings_for(data)))
    if as_json:
        tell(Keys(items=[shaping.key(key) for key in keys]))
        return
    console = Console(highlight=False)
    if not keys:
        console.print("No keys yet: `tidings keys create NAME --scope read`.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", no_wrap=True)  # whole at any width: `keys revoke` needs it
    for column in ("name", "may", "created (UTC)", "by", "last used", "revoked"):
        table.add_column(column, overflow="fold")
    for key in keys:
        table.add_row(
            key.id,
            plain(key.name),
            ", ".join(sorted(key.scopes)),
            instant(key.made_at),
            plain(key.made_by),
            "never" if key.used_at is None else instant(key.used_at),
            "" if key.revoked_at is None else instant(key.revoked_at),
            style="dim" if key.revoked_at is not None else "",
        )
    console.print(table)


async def _all(settings: Settings) -> Sequence[ApiKey]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        return await tidings.api_keys.all()


def revoke(id_: str, *, by: str, data: Path | None, as_json: bool) -> None:
    key = run(_revoke(settings_for(data), id_, by))
    if as_json:
        tell(shaping.key(key))
        return
    words = f"Revoked. A server that has just seen it may believe it for {duration(BELIEVED_FOR)}."
    Console(highlight=False, soft_wrap=True).print(words)


async def _revoke(settings: Settings, id_: str, by: str) -> ApiKey:
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        await tidings.revoke_key(id_, by=by)
        key = await tidings.api_keys.find(id_)
        if key is None:
            raise NotThere("no key has this id; `tidings keys list` shows them")
        return key
