"""How fast is it on this machine, and is that what was promised?

python -m bench                 every benchmark, about eight minutes
python -m bench lane worker     only these
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import api, embedded, production
from bench.figures import CannotBeMeasured, Figure, figures_table
from bench.machine import describe

Benchmark = Callable[[Path, int], Iterator[Figure]]

BENCHMARKS: dict[str, Benchmark] = {
    "publish": embedded.publish,
    "lane": embedded.lane,
    "metrics": embedded.metrics,
    "backlog": embedded.backlog,
    "stored": embedded.stored,
    "worker": production.worker,
    "api": api.api,
    "stories": api.stories,
    "kafka": api.api_kafka,
}


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(BENCHMARKS)}; else all.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    folder: Annotated[
        Path | None, typer.Option(help="Where to work: the disk that is to be measured.")
    ] = None,
) -> None:
    """Measure, and say what was promised; exit code 1 if a promise is not kept, or not measured."""
    unknown = set(names or ()) - set(BENCHMARKS)
    if unknown:
        raise typer.BadParameter(f"no benchmark is called {', '.join(sorted(unknown))}")
    chosen = [BENCHMARKS[name] for name in names or BENCHMARKS]
    console = Console()
    console.print(describe(), highlight=False)
    working = Path(tempfile.mkdtemp(prefix="tidings-bench-", dir=folder))
    try:
        figures, left_out = _measure(chosen, working, rounds)
    finally:
        shutil.rmtree(working)
    console.print(figures_table(figures))
    for each in left_out:
        console.print(each, style="bold red", highlight=False)
    console.print(describe(), highlight=False)
    raise typer.Exit(bool(left_out) or any(not figure.is_kept for figure in figures))


def _measure(chosen: list[Benchmark], working: Path, rounds: int) -> tuple[list[Figure], list[str]]:
    """The figures, and what could not be measured here, with the reason."""
    figures: list[Figure] = []
    left_out: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(chosen))
        for benchmark in chosen:
            progress.update(task, description=f"{benchmark.__name__}")
            try:
                for figure in benchmark(working, rounds):
                    figures.append(figure)
                    progress.update(task, description=f"{benchmark.__name__}: {figure}")
            except CannotBeMeasured as reason:
                left_out.append(f"{benchmark.__name__} was not measured: {reason}")
            progress.advance(task)
    return figures, left_out


if __name__ == "__main__":
    typer.run(bench)
