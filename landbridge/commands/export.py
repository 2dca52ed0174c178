"""`landbridge export`: what is published, in a shape that `load` takes in again."""

import sys
from pathlib import Path

import click

from landbridge.commands.shared import say, up_to_date
from landbridge.exchange.out.records import SHAPES, WRITERS, opened
from landbridge.formats.library import FORMATS
from landbridge.registry.rules import ANYONE, OPERATOR


def _shape(path: str, given: str | None) -> str:
    if given or path == "-":
        return given or "jsonl"
    suffixes = [suffix.lstrip(".").lower() for suffix in Path(path).suffixes]
    named = [suffix for suffix in suffixes if suffix in SHAPES]
    if not named:
        raise click.UsageError(f"{path}: name a file that ends in .jsonl, .jsonl.gz, .csv or .xlsx, or give --format.")
    return named[-1]


@click.command()
@click.argument("target", metavar="FILE|-")
@click.option("--format", "shape", type=click.Choice(SHAPES), help="By default as the name of the file says.")
@click.option("--type", "types", multiple=True, type=click.Choice(list(FORMATS)), help="Only these formats.")
@click.option("--all", "everything", is_flag=True, help="Also what is not public.")
def export(target: str, shape: str | None, types: tuple[str, ...], everything: bool) -> None:
    """Write published records to FILE, or to the standard output with "-"."""
    up_to_date()
    chosen = _shape(target, shape)
    write = WRITERS[chosen]
    reader = OPERATOR if everything else ANYONE
    if target == "-":
        write(sys.stdout.buffer, reader, types)
        return
    with opened(Path(target)) as out:
        count = write(out, reader, types)
    say("export", f"{count} records in {target}")
