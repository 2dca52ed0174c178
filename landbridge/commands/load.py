"""`landbridge load`: records from files into the registry, and what was refused and why."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import IO, Final

import click
import orjson

from landbridge.commands.shared import bar, follow_with_bar, say, shorten, up_to_date
from landbridge.commands.worker import follower_process
from landbridge.exchange.in_.readers import Source
from landbridge.formats import tidy
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import Problem
from landbridge.registry.loading import Line, Loader, Outcome, Refused
from landbridge.registry.workflow import Visibility

SHOWN: Final = 20
"""So many refused lines are shown on the screen; the report has all."""
LARGE: Final = 1_000_000
"""Bytes from which on it pays to index in a second process while loading."""
SAMPLE: Final = Path(__file__).parent.parent / "sample"


class _Report:
    """Tells of refused lines: the first ones on the screen, all of them in the report file."""

    def __init__(self, report: IO[str] | None) -> None:
        self.report = report
        self.count = 0

    def __call__(self, refused: Refused) -> None:
        self.count += 1
        if self.count <= SHOWN:
            where = f"{refused.source}, line {refused.line}" + (f" ({refused.record})" if refused.record else "")
            told = tidy.line(f"{where}: {'; '.join(map(_sentence, refused.problems[:5]))}")
            click.echo(f"  refused      {shorten(told, 600)}", err=True)
        elif self.count == SHOWN + 1:
            click.echo("  refused      more; --report FILE keeps every reason", err=True)
        if self.report is not None:
            self.report.write(orjson.dumps(_as_json(refused)).decode() + "\n")


def _sentence(problem: Problem) -> str:
    where = problem.field + (f" [{problem.language}]" if problem.language else "")
    return f"{where}: {problem.message}" if where else problem.message


def _as_json(refused: Refused) -> dict[str, object]:
    problems = [asdict(problem) for problem in refused.problems]
    return {"file": refused.source, "line": refused.line, "id": refused.record, "problems": problems}


def load_files(paths: Iterable[Path], loader: Loader, format_name: str | None = None) -> Outcome:
    """Load files one after the other, with a bar that moves with the bytes read."""
    sources = [Source(path, format_name) for path in paths]
    with bar("load", sum(source.size for source in sources)) as shown:
        for source in sources:
            loader.load(_watched(source, shown.update))
    return loader.outcome


def _watched(source: Source, move: Callable[[int], object]) -> Iterator[Line]:
    before = 0
    for number, line in enumerate(source):
        yield line
        if number % 200 == 0:
            move(source.position - before)
            before = source.position
    move(source.size - before)


def tell(outcome: Outcome, seconds: float, *, dry_run: bool) -> None:
    """What became of the lines, in one line."""
    verb = "would be taken in" if dry_run else "new"
    counts = f"{outcome.new} {verb}, {outcome.changed} changed, {outcome.same} unchanged, {outcome.refused} refused"
    say("records", f"{outcome.read} read in {seconds:.1f} s: {counts}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), help="Of rows that do not name theirs.")
@click.option("--visibility", type=click.Choice([value.value for value in Visibility]), help="Of lines that name none.")
@click.option("--dry-run", is_flag=True, help="Check every line and write nothing.")
@click.option("--report", type=click.File("w", encoding="utf-8", lazy=True), help="All refused lines as JSON Lines.")
@click.pass_context
def load(
    ctx: click.Context,
    files: tuple[Path, ...],
    format_name: str | None,
    visibility: str | None,
    dry_run: bool,
    report: IO[str] | None,
) -> None:
    """Load records from JSON Lines, CSV or XLSX FILES (also .gz; ROR records are recognised).

    A refused line never stops the rest. A load that was broken off is completed by running it again: what is there
    already stays as it is. Exit code 1 when lines were refused.
    """
    up_to_date()
    started = time.monotonic()
    loader = Loader(visibility=visibility, dry_run=dry_run, on_refused=_Report(report))
    large = sum(path.stat().st_size for path in files) > LARGE and not dry_run
    with follower_process() if large else nullcontext():
        try:
            load_files(files, loader, format_name)
        finally:
            tell(loader.outcome, time.monotonic() - started, dry_run=dry_run)
        if not dry_run:
            follow_with_bar()
    if not dry_run:
        rate = loader.outcome.read / max(0.001, time.monotonic() - started)
        say("index", "in step with the journal" + (f"; {rate:,.0f} records a second in all" if rate > 100 else ""))
    if loader.outcome.refused:
        ctx.exit(1)
