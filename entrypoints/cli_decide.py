"""What can a person decide on a command line?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from entrypoints.dead_letter_options import After, Ids, OfEvent, OneId, Rate, Reason, Yes
from entrypoints.deciders import kept, reason_for, who_decides
from entrypoints.filters import Filters
from entrypoints.options import Before, By, Channel, Data, From, Json, Limit, MessageType, Why

dlq_app = typer.Typer(
    help="Look at dead letters, replay or discard them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


def _refuse_to_guess(ids: list[UUID] | None, filters: Filters) -> None:
    """A slip must not choose everything."""
    if not ids and filters.name_nothing:
        raise typer.BadParameter(
            "say which: by ids, as `tidings dlq list` shows, or by a filter, as --reason or --event"
        )
    if ids and not filters.name_nothing:
        raise typer.BadParameter("say which by ids or by a filter, not by both")


@dlq_app.command("list")
def dlq_list(
    reason: Reason = None,
    channel: Channel = None,
    message_type: MessageType = None,
    event_id: OfEvent = None,
    failed_from: From = None,
    failed_before: Before = None,
    settled: Annotated[
        bool, typer.Option("--settled", help="Also those that somebody has settled.")
    ] = False,
    limit: Limit = 20,
    after: After = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """How many there are for each reason, and the latest."""
    from entrypoints.commands.dlq import list_dead_letters

    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    list_dead_letters(
        filters, settled=settled, limit=limit, after=after, data=data, as_json=as_json
    )


@dlq_app.command("show")
def dlq_show(
    id_: OneId,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """One, with its body as it was published, addresses and all."""
    from entrypoints.commands.dlq import show_dead_letter

    show_dead_letter(id_, data=data, as_json=as_json)


@dlq_app.command("replay")
def dlq_replay(
    ids: Ids = None,
    reason: Reason = None,
    channel: Channel = None,
    message_type: MessageType = None,
    event_id: OfEvent = None,
    failed_from: From = None,
    failed_before: Before = None,
    rate: Rate = 10,
    ignore_expiry: Annotated[
        bool, typer.Option("--ignore-expiry", help="Also those whose time has passed.")
    ] = False,
    why: Why = None,
    by: By = None,
    yes: Yes = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give dead letters another life; nobody is told twice, however often it is run."""
    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    _refuse_to_guess(ids, filters)
    by, why = kept(by, why, is_meant=yes)
    from entrypoints.commands.dlq_decide import choice_of, replay

    choice = choice_of(filters, ids or [], by=by, why=why, is_meant=yes)
    replay(choice, rate=rate, ignore_expiry=ignore_expiry, data=data, as_json=as_json)


@dlq_app.command("discard")
def dlq_discard(
    ids: Ids = None,
    reason: Reason = None,
    channel: Channel = None,
    message_type: MessageType = None,
    event_id: OfEvent = None,
    failed_from: From = None,
    failed_before: Before = None,
    why: Why = None,
    by: By = None,
    yes: Yes = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Settle dead letters for good; they stay readable."""
    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    _refuse_to_guess(ids, filters)
    by, why = kept(by, why, is_meant=yes)
    from entrypoints.commands.dlq_decide import choice_of, discard

    choice = choice_of(filters, ids or [], by=by, why=why, is_meant=yes)
    discard(choice, data=data, as_json=as_json)


class Resolution(StrEnum):
    SENT = "sent"
    RESEND = "resend"
    FAIL = "fail"


def resolve(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of an event, as its producer gave it, or ours.")
    ],
    resolution: Annotated[
        Resolution,
        typer.Argument(
            metavar="sent|resend|fail",
            help="The provider has it; hand it over once more; it did not arrive.",
        ),
    ],
    why: Why = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Which, if both are uncertain.")
    ] = None,
    by: By = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say what became of a notification that the provider may have."""
    by, why = who_decides(by), reason_for(why)
    from entrypoints.commands.resolve import resolve

    resolve(
        id_,
        str(resolution),
        channel=channel,
        by=by,
        why=why,
        data=data,
        as_json=as_json,
    )
