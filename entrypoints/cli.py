"""What can be asked of Tidings on a command line?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from entrypoints.filters import Filters

app = typer.Typer(
    name="tidings",
    help="Tells each person once, by email and SMS, and can always say what happened.",
    epilog="Begin with [bold]tidings demo[/], or with [bold]tidings up[/] and "
    "[bold]tidings publish[/] in another terminal.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
INTERRUPTED = 130
publish_app = typer.Typer(
    help="Publish events: one by hand, or a file of them.",
    invoke_without_command=True,
    rich_markup_mode="rich",
)
app.add_typer(publish_app, name="publish", rich_help_panel="Work")
dlq_app = typer.Typer(
    help="Look at dead letters, replay or discard them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(dlq_app, name="dlq", rich_help_panel="Decide")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        help="The data folder, if not that of TIDINGS_DATA (by default ./tidings-data).",
        show_default=False,
    ),
]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show addresses and numbers in full.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tidings {version('tidings')}")
        raise typer.Exit


@app.callback()
def tidings(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Tells each person once, by email and SMS, and can always say what happened."""


@app.command(rich_help_panel="Begin")
def demo(
    data: Annotated[
        Path, typer.Option("--data", metavar="FOLDER", help="Made anew each time.")
    ] = Path("tidings-demo"),
) -> None:
    """See the whole job done on sample events, in ten seconds."""
    from entrypoints.commands.demo import demo

    demo(data)


@app.command(rich_help_panel="Work")
def up(
    data: Data = None,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is left to do by itself.")
    ] = False,
) -> None:
    """Run the service. Ctrl-C stops it cleanly."""
    from entrypoints.commands.up import up

    up(data, until_idle=until_idle)


@publish_app.callback()
def publish(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="Events, one JSON object a line; - is standard input.",
        ),
    ] = None,
    as_they_are: Annotated[
        bool,
        typer.Option(
            "--as-they-are", help="Publish unreadable lines too; they end as dead letters."
        ),
    ] = False,
    data: Data = None,
) -> None:
    """Publish events: one by hand, or a file of them."""
    if context.invoked_subcommand is not None:
        if file is not None or as_they_are or data is not None:
            raise typer.BadParameter("options of one event come after its kind: publish signup ...")
        return
    if file is None:
        raise typer.BadParameter("say signup, payment or alert, or give a --file")
    from entrypoints.commands.publish import publish_file

    publish_file(file, as_they_are=as_they_are, data=data)


Email = Annotated[str | None, typer.Option("--email", help="Whom to tell by email.")]
Phone = Annotated[str | None, typer.Option("--phone", help="Whom to tell by SMS, as +15551234567.")]
Text = Annotated[str, typer.Option("--message", "-m", help="What to tell.")]
Subject = Annotated[str | None, typer.Option("--subject", help="The email's subject.")]
EventId = Annotated[
    str | None, typer.Option("--id", help="The event's id; the same id is told only once.")
]


def _publisher(message_type: str) -> Callable[..., None]:
    def publish_it(
        message: Text,
        email: Email = None,
        phone: Phone = None,
        subject: Subject = None,
        event_id: EventId = None,
        data: Data = None,
    ) -> None:
        from entrypoints.commands.publish import publish_one

        publish_one(
            message_type=message_type,
            text=message,
            email=email,
            phone=phone,
            subject=subject,
            event_id=event_id,
            data=data,
        )

    return publish_it


for _name, _message_type, _help in (
    ("signup", "USER_SIGNED_UP", "Somebody signed up (USER_SIGNED_UP)."),
    ("payment", "PAYMENT_SUCCESSFUL", "A payment went through (PAYMENT_SUCCESSFUL)."),
    ("alert", "ALERT_RAISED", "Something is wrong (ALERT_RAISED)."),
):
    publish_app.command(_name, help=_help)(_publisher(_message_type))


@app.command(rich_help_panel="Ask")
def show(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="As its producer gave it.")],
    data: Data = None,
    reveal: Reveal = False,
) -> None:
    """Tell the whole story of an event."""
    from entrypoints.commands.show import show

    show(event_id, data=data, reveal=reveal)


@app.command("list", rich_help_panel="Ask")
def list_(
    status: Annotated[
        str | None, typer.Option("--status", help="Only these: PENDING, SENT, FAILED …")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="email or sms.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS", help="Whom: an address or a number.")
    ] = None,
    message_type: Annotated[str | None, typer.Option("--type", help="As USER_SIGNED_UP.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most so many.")
    ] = 20,
    data: Data = None,
    reveal: Reveal = False,
) -> None:
    """List the latest notifications, and what could not be read."""
    from entrypoints.commands.list import list_latest

    list_latest(
        status=status,
        channel=channel,
        to=to,
        message_type=message_type,
        limit=limit,
        data=data,
        reveal=reveal,
    )


Reason = Annotated[str | None, typer.Option("--reason", help="rejected, exhausted, unreadable …")]
Channel = Annotated[str | None, typer.Option("--channel", help="email or sms.")]
MessageType = Annotated[str | None, typer.Option("--type", help="As USER_SIGNED_UP.")]
OfEvent = Annotated[str | None, typer.Option("--event", metavar="EVENT_ID", help="Of one event.")]
From = Annotated[datetime | None, typer.Option("--from", help="Failed at or after, UTC.")]
Before = Annotated[datetime | None, typer.Option("--before", help="Failed before, UTC.")]
Ids = Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="As `dlq list` shows.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is kept.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who decides, if not you.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")]


def _refuse_to_guess(ids: list[UUID] | None, filters: Filters) -> None:
    """A slip must not choose everything."""
    if bool(ids) != filters.name_nothing:
        raise typer.BadParameter("name the dead letters by their ids, or by a filter; not both")


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
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000)] = 20,
    data: Data = None,
) -> None:
    """How many there are for each reason, and the latest."""
    from entrypoints.commands.dlq import list_dead_letters

    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    list_dead_letters(filters, settled=settled, limit=limit, data=data)


@dlq_app.command("show")
def dlq_show(
    id_: Annotated[UUID, typer.Argument(metavar="ID", help="As `dlq list` shows.")],
    data: Data = None,
) -> None:
    """One, with the bytes that were published."""
    from entrypoints.commands.dlq import show_dead_letter

    show_dead_letter(id_, data=data)


@dlq_app.command("replay")
def dlq_replay(
    why: Why,
    ids: Ids = None,
    reason: Reason = None,
    channel: Channel = None,
    message_type: MessageType = None,
    event_id: OfEvent = None,
    failed_from: From = None,
    failed_before: Before = None,
    rate: Annotated[
        float, typer.Option("--rate", min=0.001, max=1e6, help="How many become due a second.")
    ] = 10,
    ignore_expiry: Annotated[
        bool, typer.Option("--ignore-expiry", help="Also those whose time has passed.")
    ] = False,
    by: By = None,
    yes: Yes = False,
    data: Data = None,
) -> None:
    """Give dead letters another life; nobody is told twice, however often it is run."""
    from entrypoints.commands.dlq import replay

    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    _refuse_to_guess(ids, filters)
    replay(
        filters,
        ids or [],
        by=by or getpass.getuser(),
        why=why,
        rate=rate,
        ignore_expiry=ignore_expiry,
        yes=yes,
        data=data,
    )


@dlq_app.command("discard")
def dlq_discard(
    why: Why,
    ids: Ids = None,
    reason: Reason = None,
    channel: Channel = None,
    message_type: MessageType = None,
    event_id: OfEvent = None,
    failed_from: From = None,
    failed_before: Before = None,
    by: By = None,
    yes: Yes = False,
    data: Data = None,
) -> None:
    """Settle dead letters for good; they stay readable."""
    from entrypoints.commands.dlq import discard

    filters = Filters(reason, channel, message_type, event_id, failed_from, failed_before)
    _refuse_to_guess(ids, filters)
    discard(
        filters,
        ids or [],
        by=by or getpass.getuser(),
        why=why,
        yes=yes,
        data=data,
    )


class Resolution(StrEnum):
    SENT = "sent"
    RESEND = "resend"
    FAIL = "fail"


@app.command(rich_help_panel="Decide")
def resolve(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="As its producer gave it.")],
    resolution: Annotated[
        Resolution,
        typer.Argument(
            metavar="sent|resend|fail",
            help="The provider has it; hand it over once more; it did not arrive.",
        ),
    ],
    why: Why,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Which, if both are uncertain.")
    ] = None,
    by: By = None,
    data: Data = None,
) -> None:
    """Say what became of a notification that the provider may have."""
    from entrypoints.commands.resolve import resolve

    resolve(
        event_id, str(resolution), channel=channel, by=by or getpass.getuser(), why=why, data=data
    )


@app.command(rich_help_panel="Ask")
def check(data: Data = None) -> None:
    """Check the settings and everything that Tidings needs, with the fix for what fails."""
    from entrypoints.commands.check import check

    check(data)


def main() -> None:
    """No traceback reaches a user: an error is a sentence, and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no ✓ is shown a ?
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get("TIDINGS_DEBUG"):
            raise
        from entrypoints.terminal.errors import explain

        sys.exit(explain(error))


if __name__ == "__main__":
    main()
