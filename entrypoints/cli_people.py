"""What can be asked about who did what, and done for a person whose data we hold?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from entrypoints.dead_letter_options import Yes
from entrypoints.deciders import kept
from entrypoints.options import By, Data, Json, Limit, Why


def audit(limit: Limit = 20, data: Data = None, as_json: Json = False) -> None:
    """Who paused, replayed, discarded, resolved or erased what, or read it over HTTP."""
    from entrypoints.commands.audit import audit

    audit(limit=limit, data=data, as_json=as_json)


def forget(
    email: Annotated[
        list[str] | None, typer.Option("--email", help="Their address; may be given again.")
    ] = None,
    phone: Annotated[
        list[str] | None,
        typer.Option("--phone", help="Their number, as +15551234567; may be given again."),
    ] = None,
    cancel_waiting: Annotated[
        bool,
        typer.Option("--cancel-waiting", help="Fail what they have still to be told, first."),
    ] = False,
    why: Why = None,
    by: By = None,
    yes: Yes = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Erase a person's data for good. What happened, and when, stays known."""
    if not email and not phone:
        raise typer.BadParameter("say whom: --email, --phone, or both")
    by, why = kept(by, why, is_meant=yes)
    from entrypoints.commands.forget import Wish, forget

    wish = Wish(
        emails=email or [],
        phones=phone or [],
        cancel_waiting=cancel_waiting,
        by=by,
        why=why,
        is_meant=yes,
    )
    forget(wish, data=data, as_json=as_json)
