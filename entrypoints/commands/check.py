"""Is everything right that Tidings needs, and if not, what is to be done?"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from entrypoints import answers, exit_codes
from entrypoints.checks import Check, check_everything
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings_in_force import SettingInForce, Stray, settings_in_force, strays
from entrypoints.terminal.words import plain

_NAME_WIDTH = 15
_VALUE_WIDTH = 36
#: By (whether it is well, whether there is something to do).
_MARKS = {
    (True, False): ("✓", "bold green"),
    (True, True): ("!", "bold yellow"),
    (False, True): ("✗", "bold red"),
    (False, False): ("✗", "bold red"),
}


def check(data: Path | None, *, as_json: bool) -> None:
    settings = settings_for(data)
    in_force = settings_in_force(settings, options=() if data is None else ("tidings_data",))
    checks = run(check_everything(settings))
    if as_json:
        tell(_checkup(in_force, strays(type(settings)), checks))
    else:
        _print(in_force, strays(type(settings)), checks)
    if not all(each.is_well for each in checks):
        raise typer.Exit(exit_codes.NOT_ALL)


def _checkup(
    settings: Sequence[SettingInForce], found: Sequence[Stray], checks: Sequence[Check]
) -> answers.Checkup:
    return answers.Checkup(
        is_well=all(each.is_well for each in checks),
        settings=[
            answers.Setting(name=each.name, value=each.value, source=each.source)
            for each in settings
        ],
        strays=[
            answers.StraySetting(name=each.name, source=each.source, words=each.words)
            for each in found
        ],
        checks=[
            answers.Check(subject=each.name, is_well=each.is_well, words=each.words, fix=each.fix)
            for each in checks
        ],
    )


def _print(
    settings: Sequence[SettingInForce], found: Sequence[Stray], checks: Sequence[Check]
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    _print_settings(console, settings)
    for stray in found:
        _print_stray(console, stray)
    console.print()
    for each in checks:
        _print_check(console, each)


def _print_settings(console: Console, settings: Sequence[SettingInForce]) -> None:
    """Lines of at most 80 columns, unless a value is long."""
    width = max(len(each.name) for each in settings)
    console.print(Text(f"{'setting':<{width}}  {'value':<{_VALUE_WIDTH}}  from", style="dim"))
    for each in settings:
        console.print(
            Text.assemble(
                f"{each.name:<{width}}  {plain(each.value):<{_VALUE_WIDTH}}  ",
                (each.source, "dim" if each.is_default else ""),
            )
        )


def _print_stray(console: Console, stray: Stray) -> None:
    console.print(
        Text.assemble(("! ", "bold yellow"), f"{plain(stray.name)} ({stray.source}): {stray.words}")
    )


def _print_check(console: Console, check: Check) -> None:
    mark, style = _MARKS[check.is_well, bool(check.fix)]
    words = f"{plain(check.words)}: {check.fix}" if check.fix else plain(check.words)
    lines = textwrap.wrap(
        words,
        width=max(console.width, 2 * _NAME_WIDTH) - _NAME_WIDTH - 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
    head = Text.assemble((f"{mark} ", style), f"{check.name:<{_NAME_WIDTH}}")
    console.print(head + Text(f"\n{'':<{_NAME_WIDTH + 2}}".join(lines)))
