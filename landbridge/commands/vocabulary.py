"""`landbridge vocabulary`: the shipped vocabularies and those that the operator imports."""

from pathlib import Path

import click

from landbridge.commands.shared import follow_with_bar, say, table, up_to_date
from landbridge.exchange.out.records import opened
from landbridge.exchange.out.skos import SERIALISATIONS, chosen, graph
from landbridge.formats.vocabulary import Term, names
from landbridge.formats.vocabulary import vocabulary as shipped
from landbridge.lib.languages import LANGUAGES
from landbridge.registry import journal
from landbridge.search import lexicons
from landbridge.search.network import imported


@click.group()
def vocabulary() -> None:
    """List, show, export and import vocabularies."""


@vocabulary.command("list")
def list_() -> None:
    """The vocabularies with their numbers of concepts and labels."""
    every = [*((one, "shipped") for one in chosen("all")), *((one, "imported") for one in imported())]
    rows = [
        (one.name, origin, str(len(one)), str(sum(len(labels) for term in one for labels in term.labels.values())),
         one.title.get("en", ""))
        for one, origin in every
    ]  # fmt: skip
    table(rows, ("name", "origin", "concepts", "labels", "title"))


@vocabulary.command()
@click.argument("name", type=click.Choice(names()))
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def show(name: str, language: str) -> None:
    """The concepts of a vocabulary as a tree."""
    one = shipped(name)
    seen: set[str] = set()

    def branch(term: Term, depth: int) -> None:
        if term.key in seen:
            return
        seen.add(term.key)
        others = term.labels.get(language, ())[1:]
        more = f" ({', '.join(others)})" if others else ""
        click.echo(f"{'  ' * depth}{term.id}: {term.label(language)}{more}")
        for below in one.narrower(term.key):
            branch(below, depth + 1)

    for top in one.tops():
        branch(top, 0)


@vocabulary.command()
@click.argument("name", metavar="NAME|lexicon|all")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def export(name: str, target: Path) -> None:
    """Write a vocabulary as SKOS; FILE ends in .ttl, .jsonld or .rdf."""
    shape = SERIALISATIONS.get(target.suffix.lower())
    if shape is None:
        raise click.UsageError(f"{target}: name a file that ends in {', '.join(SERIALISATIONS)}.")
    built = graph(chosen(name))
    with opened(target) as out:
        built.serialize(out, format=shape, encoding="utf-8")
    say("vocabulary", f"{len(built)} statements in {target}")


@vocabulary.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Under which name; by default that of the file.")
def import_(files: tuple[Path, ...], name: str | None) -> None:
    """Import SKOS thesauri and wordnets (WN-LMF, OMW tab), merge them with what is there, and use them at once."""
    up_to_date()
    for path in files:
        report = lexicons.import_file(path, name, progress=lambda message: say("import", message))
        say("imported", f"{report.name}: {report.concepts} concepts, {report.joined} of them joined with ours")
        if report.skipped:
            say("passed over", f"{report.skipped}")
    say("index", "reading all records anew, so that the new words are found")
    journal.forget("search")
    follow_with_bar()
    say("index", "in step with the journal")


@vocabulary.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take an imported vocabulary away again."""
    if not lexicons.remove(name):
        raise click.UsageError(f"There is no imported vocabulary {name!r}; `landbridge vocabulary list` names them.")
    journal.forget("search")
    follow_with_bar()
    say("removed", name)
