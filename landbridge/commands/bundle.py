"""`landbridge bundle`: the exchange between nodes as one signed file, for a memory stick or a letter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from landbridge.commands.shared import bar, follow_with_bar, say, table, up_to_date
from landbridge.exchange.bundles import jobs, rights
from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.reading import preview, report_of, take_in, verified
from landbridge.exchange.bundles.report import Report
from landbridge.exchange.bundles.work_out import make_work
from landbridge.exchange.models import BundleJob
from landbridge.formats import tidy
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.models import Record
from landbridge.registry.writing import NODE
from landbridge.web import bundling

Command = Callable[..., Any]
_READABLE = click.Path(exists=True, path_type=Path)


@click.group()
def bundle() -> None:
    """Signed bundles: what a line would carry, as one file."""
    up_to_date()


def _chosen(command: Command) -> Command:
    """The options that say what goes in."""
    for option in (
        click.option("--for", "peer", default="", metavar="ADDRESS", help="For a peer: also what is for the network."),
        click.option("--type", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="Only these formats."),
        click.option("--place", default="", help="Only what is in, or for, this country or region, such as FJI."),
        click.option("--language", default="", type=click.Choice(["", *LANGUAGES]), help="Only what is told in it."),
        click.option("--since", default="", metavar="DAY|last", help="Only what was said since; last: since the last "
                                                                     "bundle of the same choice."),
        click.option("--files/--no-files", default=True, help="With attached files."),
    ):  # fmt: skip
        command = option(command)
    return command


def _languages(given: tuple[str, ...]) -> tuple[str, ...]:
    return LANGUAGES if "all" in given else tuple(dict.fromkeys(given))


@bundle.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@_chosen
@click.option("--volume", default=0, metavar="MB", help="Split into several files of at most so many megabytes.")
@click.option("--pages", multiple=True, type=click.Choice([*LANGUAGES, "all"]), help="With pages to read in it.")
def make(target: Path, volume: int, pages: tuple[str, ...], **wish: Any) -> None:
    """Write a bundle to FILE."""
    follow_with_bar()
    told = {**wish, "formats": tuple(wish["formats"]), "largest": volume * 1_000_000, "pages": _languages(pages)}
    job = jobs.want(actor=NODE, wish=told)
    with bar("records", Record.objects.count()) as shown:
        done = jobs.run(job.pk, lambda one, watch: bundling.pages_and_forms(one.pages, watch), target)
        shown.update(shown.length or 0)
    _fail(done)
    report = done.report
    say("bundle", f"{report['records']} records, {report['gone']} gone, {report['files']} files, "
                  f"{report['octets']:,} bytes")  # fmt: skip
    for name in report["names"]:
        say("file", str(target.with_name(name)))
    if report["missing_files"]:
        say("missing", f"{report['missing_files']} attached files are not on this node")


def _fail(job: BundleJob) -> None:
    if job.state == "failed":
        raise click.ClickException(job.error)


@bundle.command()
@click.argument("source", metavar="FILE", type=_READABLE)
@click.option("--preview", "only_look", is_flag=True, help="Only say what would come in.")
def read(source: Path, only_look: bool) -> None:
    """Take a bundle in, from a FILE or a folder. Everything is verified first."""
    with bar("verified", 100) as shown:

        def watch(done: int, of: int) -> None:
            shown.update(max(0, 100 * done // max(of, 1) - shown.pos))

        do = preview if only_look else take_in
        report = do(actor=NODE, path=source, watch=watch)
    _tell(report)


@bundle.command()
@click.argument("source", metavar="FILE", type=_READABLE)
def check(source: Path) -> None:
    """Is a bundle whole, and whose is it? Nothing is taken in."""
    with verified(source) as (_, signed):
        _tell(report_of(signed))
    say("whole", "every file is what its maker signed")


def _tell(report: Report) -> None:
    say("from", _plain(f"{report.node} {report.name}"))
    say("made", report.made)
    if not report.last or report.volume > 1:
        say("volume", f"{report.volume}{', the last one' if report.last else ''}")
    if report.counts:
        say(report.kind, ", ".join(f"{count} {name}" for name, count in report.counts.items() if count) or "nothing")
    if report.files:
        say("files", str(report.files))
    if "older" in report.notes:
        say("older", "by a line this node has read further already")
    for item in report.items:
        say(item["outcome"], _plain(f"{item['kind']} {item['record'] or item['source']} {item['title']}"))
    for problem in report.problems:
        say("refused", _plain(problem))


def _plain(text: str) -> str:
    """Strangers' words, without signs that would steer the terminal."""
    return tidy.line(text)


@bundle.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--for", "peer", required=True, metavar="ADDRESS", help="The node that the work is for.")
@click.option("--drafts", is_flag=True, help="Also what was begun and not handed in.")
def work(target: Path, peer: str, drafts: bool) -> None:
    """Write the work that people did here to FILE: what they handed in, remarks, confirmations, interest."""
    made = make_work(actor=NODE, place=peer.rstrip("/"), target=target, drafts=drafts)
    say("work", f"{made.records} items, {made.files} files in {target}")


@bundle.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@_chosen
@click.option("--pages", multiple=True, type=click.Choice([*LANGUAGES, "all"]), default=("all",), help="Languages.")
def pages(folder: Path, pages: tuple[str, ...], **wish: Any) -> None:
    """Write the records as a plain folder of pages, to be opened in any browser."""
    follow_with_bar()
    told = {**wish, "formats": tuple(wish["formats"]), "pages": _languages(pages)}
    with bar("pages", Record.objects.count() * len(told["pages"])) as shown:
        count = bundling.write_folder(folder, asked(told), lambda done: shown.update(max(0, done - shown.pos)))
    say("pages", f"{count} records; begin with {folder / 'pages' / 'index.html'}")


@bundle.command()
@click.argument("peer", metavar="ADDRESS", required=False)
@click.argument("party", required=False)
@click.option("--remove", is_flag=True, help="Take the right back.")
def allow(peer: str | None, party: str | None, remove: bool) -> None:
    """Let a peer write drafts for PARTY, hand them in and confirm, by bundles of work. Without names: who may."""
    if peer and party:
        (rights.take_back if remove else rights.allow)(actor=NODE, address=peer.rstrip("/"), party=party)
    table([(one.peer.address, one.party_id) for one in rights.every()], ("peer", "party"))


@bundle.command(hidden=True)
@click.argument("job_id")
def job(job_id: str) -> None:
    """Do what a page asked for."""
    jobs.run(job_id, lambda one, watch: bundling.pages_and_forms(one.pages, watch))
