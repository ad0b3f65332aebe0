"""What can be asked of Tidings on a command line?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from entrypoints import exit_codes
from entrypoints.cli_decide import dlq_app, resolve
from entrypoints.cli_keys import keys_app
from entrypoints.cli_lanes import lanes_app
from entrypoints.cli_people import audit, forget
from entrypoints.filters import Wanted
from entrypoints.options import After, Before, Channel, Data, From, Json, Limit, MessageType, Reveal
from entrypoints.startup import make_no_search, refuse_what_is_no_text, see_to_streams

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
publish_app = typer.Typer(
    help="Publish events: one by hand, or a file of them.",
    invoke_without_command=True,
    rich_markup_mode="rich",
)
app.add_typer(publish_app, name="publish", rich_help_panel="Work")
app.add_typer(dlq_app, name="dlq", rich_help_panel="Decide")
app.add_typer(lanes_app, name="lanes", rich_help_panel="Decide")
app.command(rich_help_panel="Decide")(resolve)
app.add_typer(keys_app, name="keys", rich_help_panel="Decide")
app.command(rich_help_panel="Ask")(audit)
app.command(rich_help_panel="Decide")(forget)


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
    refuse_what_is_no_text(sys.argv[1:])


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
    as_json: Json = False,
) -> None:
    """Run the service. Ctrl-C stops it cleanly."""
    from entrypoints.commands.up import up

    up(data, until_idle=until_idle, as_json=as_json)


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
    as_json: Json = False,
) -> None:
    """Publish events: one by hand, or a file of them."""
    if context.invoked_subcommand is not None:
        if file is not None or as_they_are or data is not None or as_json:
            raise typer.BadParameter("options of one event come after its kind: publish signup ...")
        return
    if file is None:
        raise typer.BadParameter("say signup, payment or alert, or give a --file")
    from entrypoints.commands.publish import publish_file

    publish_file(file, as_they_are=as_they_are, data=data, as_json=as_json)


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
        as_json: Json = False,
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
            as_json=as_json,
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
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of an event, as its producer gave it, or ours.")
    ],
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on telling what happens, until all of it is final.")
    ] = False,
    data: Data = None,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """Tell the whole story of an event, or of one notification."""
    from entrypoints.commands.show import follow_story, show

    if follow:
        follow_story(id_, data=data, reveal=reveal, as_json=as_json)
    else:
        show(id_, data=data, reveal=reveal, as_json=as_json)


@app.command("list", rich_help_panel="Ask")
def list_(
    status: Annotated[
        str | None, typer.Option("--status", help="Only these: PENDING, SENT, FAILED …")
    ] = None,
    channel: Channel = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS", help="Whom: an address or a number.")
    ] = None,
    message_type: MessageType = None,
    event_id: Annotated[
        str | None, typer.Option("--event", metavar="EVENT_ID", help="Of one event.")
    ] = None,
    waiting: Annotated[
        str | None,
        typer.Option(
            "--waiting",
            metavar="FOR",
            help="What it waits for: turn, rate, circuit, pause, schedule, backoff, answer, "
            "receipt, person.",
        ),
    ] = None,
    accepted_from: From = None,
    accepted_before: Before = None,
    limit: Limit = 20,
    after: After = None,
    data: Data = None,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """List the latest notifications, and what could not be read."""
    from entrypoints.commands.list import list_latest

    wanted = Wanted(
        status, channel, to, message_type, event_id, waiting, accepted_from, accepted_before
    )
    list_latest(wanted, limit=limit, after=after, data=data, reveal=reveal, as_json=as_json)


@app.command(rich_help_panel="Ask")
def stats(
    last: Annotated[
        str,
        typer.Option(
            "--last", metavar="TIME", help="For rates and times: 90m, 1h, 24h, 7d, 2w, all."
        ),
    ] = "24h",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Count what there is and what waits; say how fast and how well it goes."""
    from entrypoints.commands.stats import stats

    stats(last, data=data, as_json=as_json)


@app.command(rich_help_panel="Ask")
def check(data: Data = None, as_json: Json = False) -> None:
    """Check the settings and everything that Tidings needs, with the fix for what fails."""
    from entrypoints.commands.check import check

    check(data, as_json=as_json)


@app.command(rich_help_panel="Production")
def worker(
    channel: Annotated[
        str | None, typer.Option("--channel", help="email or sms; both if not given.")
    ] = None,
) -> None:
    """Run the lanes on Kafka, Redis and PostgreSQL. SIGTERM stops it cleanly."""
    from entrypoints.channels import CHANNELS
    from entrypoints.commands.worker import work

    if channel is not None and channel not in CHANNELS:
        raise typer.BadParameter(f"want one of {', '.join(CHANNELS)}", param_hint="--channel")
    work(CHANNELS if channel is None else [channel])


@app.command(rich_help_panel="Production")
def api() -> None:
    """Serve the HTTP API and the console. SIGTERM stops it cleanly."""
    from entrypoints.commands.api import api

    api()


@app.command(rich_help_panel="Production")
def topics(
    partitions: Annotated[
        int, typer.Option("--partitions", min=1, max=10_000, help="Of the topic of events.")
    ] = 3,
    as_json: Json = False,
) -> None:
    """Make the topics in Kafka. Those that are there stay as they are."""
    from entrypoints.commands.servers import topics

    topics(partitions, as_json=as_json)


@app.command(rich_help_panel="Production")
def migrate(
    resume_pending: Annotated[
        bool,
        typer.Option("--resume-pending", help="Send what the system before had still to send."),
    ] = False,
    service: Annotated[
        str | None,
        typer.Option("--service", metavar="ROLE", help="Give the workers' role its rights."),
    ] = None,
    pruning: Annotated[
        str | None,
        typer.Option("--pruning", metavar="ROLE", help="And the role of `tidings prune`."),
    ] = None,
    forgetting: Annotated[
        str | None,
        typer.Option("--forgetting", metavar="ROLE", help="And the role of `tidings forget`."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring the tables in PostgreSQL up to date. Safe while workers run, and twice at once."""
    from entrypoints.commands.servers import migrate

    migrate(service, pruning, forgetting, resume_pending=resume_pending, as_json=as_json)


@app.command(rich_help_panel="Production")
def prune(
    older_than: Annotated[str, typer.Option("--older-than", metavar="TIME", help="As 90d or 36h.")],
    as_json: Json = False,
) -> None:
    """Forget what was settled long ago. Its keys are kept: nobody is told again."""
    from entrypoints.commands.servers import prune
    from entrypoints.instants import read_span

    try:
        length = read_span(older_than)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--older-than") from error
    prune(length, as_json=as_json)


def main() -> None:
    """No traceback reaches a user: an error is a sentence, and an exit code."""
    make_no_search()
    see_to_streams()
    wants_json = "--json" in sys.argv[1:]
    try:
        sys.exit(app(standalone_mode=not wants_json))
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # as with `tidings list | head`
            sys.exit(0)
        raise
    except KeyboardInterrupt:
        sys.exit(exit_codes.INTERRUPTED)
    except Exception as error:
        if os.environ.get("TIDINGS_DEBUG"):
            raise
        if wants_json:
            from entrypoints.machine import explain
        else:
            from entrypoints.terminal.errors import explain

        sys.exit(explain(error))


if __name__ == "__main__":
    main()
