"""What can be asked about the keys of the HTTP API on a command line?"""

from __future__ import annotations

from typing import Annotated

import typer

from domain.api_key import Scope
from entrypoints.deciders import who_decides
from entrypoints.options import By, Data, Json

keys_app = typer.Typer(
    help="Keys for the HTTP API and the console.", no_args_is_help=True, rich_markup_mode="rich"
)

_LONGEST_NAME = 100


def _name(text: str) -> str:
    if not 0 < len(text.strip()) <= _LONGEST_NAME or not text.isprintable():
        raise typer.BadParameter(f"want 1 to {_LONGEST_NAME} printable characters")
    return text.strip()


def _scope(text: str) -> Scope:
    try:
        return Scope(text.casefold())
    except ValueError as error:
        raise typer.BadParameter(f"want one of {', '.join(Scope)}") from error


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Argument(parser=_name, metavar="NAME", help="Whose it is.")],
    scopes: Annotated[
        list[Scope],
        typer.Option(
            "--scope",
            parser=_scope,
            metavar="SCOPE",
            help="What it may: send (publish), read (addresses masked), personal (see them), "
            "operate (replay, resolve, pause). May be given several times.",
        ),
    ],
    by: By = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a key, and show it this once."""
    by = who_decides(by)
    from entrypoints.commands.keys import create

    create(name, scopes, by=by, data=data, as_json=as_json)


@keys_app.command("list")
def list_(data: Data = None, as_json: Json = False) -> None:
    """Which keys there are, what they may, and when each was last used."""
    from entrypoints.commands.keys import list_keys

    list_keys(data=data, as_json=as_json)


@keys_app.command("revoke")
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows.")],
    by: By = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End a key, and every session that was begun with it."""
    by = who_decides(by)
    from entrypoints.commands.keys import revoke

    revoke(id_, by=by, data=data, as_json=as_json)
