"""Who decides, and why? Both are kept, so neither is guessed."""

from __future__ import annotations

import getpass
import sys

import typer


def who_decides(named: str | None) -> str:
    """Whoever is named, else whoever is logged in."""
    if named is None:
        try:
            named = getpass.getuser()
        except (OSError, KeyError, ImportError) as error:  # a container's user may have no name
            raise typer.BadParameter(
                "nobody is logged in by name; say who decides", param_hint="--by"
            ) from error
    if not named.strip():
        raise typer.BadParameter("want a name", param_hint="--by")
    return named.strip()


def reason_for(given: str | None) -> str:
    """As it was given, else as it is answered on the terminal."""
    if given is None:
        if sys.stdin is None or not sys.stdin.isatty():
            raise typer.BadParameter("say why; the reason is kept", param_hint="--why")
        typer.echo("Why? (it is kept) ", nl=False, err=True)
        given = sys.stdin.readline()
    if not given.strip():
        raise typer.BadParameter("want a reason; it is kept", param_hint="--why")
    return given.strip()


def kept(by: str | None, why: str | None, *, is_meant: bool) -> tuple[str, str]:
    """Who decides, and why. Where nobody decides yet, neither is needed."""
    if is_meant:
        return who_decides(by), reason_for(why)
    return (by or "").strip(), (why or "").strip()
