"""How is something drawn without the blanks that only fill its lines?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment


@dataclass(frozen=True, slots=True)
class Stripped:
    """Neither blanks at the ends of its lines nor empty lines at its end."""

    drawn: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [_stripped(line) for line in console.render_lines(self.drawn, options, pad=False)]
        while lines and not lines[-1]:
            lines.pop()
        for line in lines:
            yield from line
            yield Segment.line()


def _stripped(line: Sequence[Segment]) -> Sequence[Segment]:
    for place in range(len(line) - 1, -1, -1):
        if text := line[place].text.rstrip():
            return [*line[:place], line[place]._replace(text=text)]
    return []
