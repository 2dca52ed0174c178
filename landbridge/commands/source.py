"""`landbridge source`: sources of records from elsewhere, added, looked at, run, undone and removed.

Exit codes: 0 when all went well, 1 when a run ended early or something was refused, 2 for a command that cannot be
understood.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import orjson

from landbridge.commands.shared import follow_with_bar, say, shorten, table, up_to_date
from landbridge.exchange.in_ import held, schedule, sources_actions, sources_queries, undoing
from landbridge.exchange.in_.claims import Busy
from landbridge.exchange.in_.doors import door, doors
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.in_.taking import COUNTS
from landbridge.exchange.models import Source, SourceRun
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import Visibility
from landbridge.registry.writing import NODE

SHOWN: Final = 20
"""Refused things on the screen; `report` has more."""
as_json = click.option("--json", "json_", is_flag=True, help="Answer in JSON.")


@click.group()
def source() -> None:
    """Sources of records: doors, add, list, preview, run, undo, report, remove."""


@contextmanager
def _clear() -> Iterator[None]:
    try:
        yield
    except Unknown as error:
        raise click.ClickException(f"There is no source or run {error}.") from None
    except sources_actions.Wrong as wrong:
        raise click.ClickException(str(wrong)) from None


def _print(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


@source.command(name="doors")
@as_json
def doors_(*, json_: bool) -> None:
    """List the kinds of source that this node can read, and what each asks for."""
    if json_:
        _print([{"name": one.name, "label": one.label, "about": one.about, "takes": one.takes,
                 "settings": [{"name": asked.name, "label": asked.label, "kind": asked.kind,
                               "required": asked.required, "choices": [name for name, _ in asked.choices]}
                              for asked in one.settings]} for one in doors()])  # fmt: skip
        return
    for one in doors():
        click.echo(f"{one.name}: {one.label} (takes {'an address or a file' if one.takes == 'both' else one.takes})")
        click.echo(f"    {one.about}")
        for asked in one.settings:
            needed = ", required" if asked.required else ""
            among = f": {', '.join(name for name, _ in asked.choices)}" if asked.choices else ""
            click.echo(f"    --set {asked.name}=…  {asked.label} ({asked.kind}{needed}){among}")


def _settings(pairs: tuple[str, ...]) -> dict[str, Any]:
    """`name=value` pairs; a value that begins with @ is read from a file, JSON is taken as such."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--set {pair}: write name=value, or name=@file.")
        try:
            value = Path(text[1:]).read_text(encoding="utf-8").strip() if text.startswith("@") else text
            found[name] = orjson.loads(value) if value[:1] in "{[" and value else value
        except (OSError, ValueError) as error:
            raise click.ClickException(f"--set {name}: {error}") from None
    return found


@source.command()
@click.argument("name")
@click.option("--door", "door_name", required=True, help="Which door; see `landbridge source doors`.")
@click.option("--title", default="", help="What colleagues call it; else its short name.")
@click.option("--address", default="", help="Where it is asked.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the door; @file reads it.")
@click.option("--every", type=int, default=0, help="Hours between two runs; 0 for none by the clock.")
@click.option("--visibility", type=click.Choice([one.value for one in Visibility]), default="public")
def add(
    name: str, door_name: str, title: str, address: str, settings: tuple[str, ...], every: int, visibility: str
) -> None:
    """Add a source under a short NAME; nothing is asked of it yet."""
    up_to_date()
    answers = _settings(settings)
    with _clear():
        made = sources_actions.add(
            actor=NODE, source_id=name, door_name=door_name, title=title or name, address=address, answers=answers,
            every=every, visibility=visibility,
        )  # fmt: skip
        known = {one.name for one in door(door_name).settings}
        if isinstance(answers.get("mapping"), dict):
            sources_actions.set_mapping(actor=NODE, source_id=name, mapping=answers["mapping"])
    for unknown in sorted(set(answers) - known - {"mapping"}):
        say("passed over", f"the door {door_name} has no setting {unknown}")
    say("source", f"{made.pk} comes through the door {made.door}; try `landbridge source preview {made.pk}`")


@source.command(name="list")
@as_json
def list_(*, json_: bool) -> None:
    """List the sources with their last runs."""
    up_to_date()
    lines = sources_queries.every()
    if json_:
        _print([{"id": one.source.pk, "door": one.source.door, "title": one.source.title,
                 "address": one.source.address, "every": one.source.every, "enabled": one.source.enabled,
                 "fresh_at": one.fresh_at, "status": one.status, "last": _told(one.last) if one.last else None}
                for one in lines])  # fmt: skip
        return
    rows = [
        (one.source.pk, one.source.door, f"{one.fresh_at:%Y-%m-%d %H:%M}" if one.fresh_at else "never",
         one.status + ("" if one.source.enabled else ", rests"), shorten(one.last.error if one.last else "", 60))
        for one in lines
    ]  # fmt: skip
    table(rows, ("source", "door", "last good run", "status", "what failed"))


def _told(run: SourceRun) -> dict[str, Any]:
    return {
        "run": run.pk, "source": run.source_id, "preview": run.preview, "began_at": run.began_at,
        "ended_at": run.ended_at, "undone_at": run.undone_at, "error": run.error,
        **{name: getattr(run, name) for name in COUNTS},
    }  # fmt: skip


def _sentence(run: SourceRun) -> str:
    parts = [(run.new, "new"), (run.changed, "changed"), (run.same, "unchanged"), (run.gone, "gone"),
             (run.kept, "put by"), (run.refused, "refused")]  # fmt: skip
    return f"{run.read:,} read: " + ", ".join(f"{count:,} {what}" for count, what in parts)


@contextmanager
def _moving() -> Iterator[Callable[[SourceRun], None]]:
    """A line that moves with the run, where somebody watches; nobody knows how long a source is."""
    shown = sys.stderr.isatty()

    def tell(run: SourceRun) -> None:
        if shown:
            click.echo(f"\r  run          {_sentence(run)}\x1b[K", nl=False, err=True)

    yield tell
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def _hold(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as opened:
        return held.hold(iter(lambda: opened.read(1 << 16), b""))


def _carry_out(found: Source, file: Path | None, *, preview: bool) -> SourceRun:
    if file is None and (door(found.door).takes == "file" or not found.address):
        raise click.UsageError("This source comes from files: name one with --file.")
    held_as = _hold(file)
    try:
        with _moving() as tell:
            return run_source(found, preview=preview, file=file.name if file else "", held_as=held_as, tell=tell)
    finally:
        held.let_go(held_as)


@source.command()
@click.argument("name")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The file to read.")
@as_json
@click.pass_context
def preview(ctx: click.Context, name: str, file: Path | None, *, json_: bool) -> None:
    """Show what a run of NAME would take in; nothing is written."""
    up_to_date()
    with _clear():
        run = _carry_out(sources_actions.the_source(name), file, preview=True)
    if json_:
        _print({**_told(run), "records": run.shown, "refusals": _refusals(run, SHOWN)})
    else:
        rows = [(str(row["what"]), str(row["format"]), str(row["language"]), shorten(row["title"], 70))
                for row in run.shown]  # fmt: skip
        table(rows, ("what", "format", "language", "title"))
        _tell(run)
    ctx.exit(1 if run.error or run.refused else 0)


@source.command()
@click.argument("name")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The file to read.")
@click.option("--again", is_flag=True, help="Read all of it, also what was read before.")
@as_json
@click.pass_context
def run(ctx: click.Context, name: str, file: Path | None, *, again: bool, json_: bool) -> None:
    """Take in what NAME tells. A run that broke off is gone on with."""
    up_to_date()
    with _clear():
        found = sources_actions.the_source(name)
        if again:
            sources_actions.from_the_beginning(found)
            found.save(update_fields=["state"])
        try:
            done = _carry_out(found, file, preview=False)
        except Busy as busy:
            raise click.ClickException(str(busy)) from None
    schedule.settle(done)
    if json_:
        _print(_told(done))
    else:
        _tell(done)
        follow_with_bar()
    ctx.exit(1 if done.error or done.refused else 0)


def _refusals(run: SourceRun, most: int) -> list[dict[str, str]]:
    found = sources_queries.refusals(run)[:most]
    return [{"key": one.key, "place": one.place, "field": one.field, "reason": one.reason} for one in found]


def _tell(run: SourceRun) -> None:
    say("preview" if run.preview else f"run {run.pk}", _sentence(run))
    for one in _refusals(run, SHOWN):
        where = ", ".join(filter(None, (one["place"], one["key"], one["field"])))
        click.echo(f"  refused      {shorten(': '.join(filter(None, (where, one['reason']))), 300)}", err=True)
    if run.refused > SHOWN:
        click.echo(f"  refused      more; `landbridge source report {run.source_id}` tells them", err=True)
    if run.error:
        click.echo(f"  ended early  {run.error}", err=True)


def _the_run(name: str, number: int | None) -> SourceRun:
    if number is not None:
        return sources_actions.the_run(name, number)
    last = SourceRun.objects.filter(source_id=name, preview=False).order_by("-pk").first()
    if last is None:
        raise Unknown(name)
    return last


@source.command()
@click.argument("name")
@click.option("--run", "number", type=int, help="Which run; else the last one.")
@as_json
@click.pass_context
def undo(ctx: click.Context, name: str, number: int | None, *, json_: bool) -> None:
    """Undo a run of NAME as a whole: what it brought is retired, what it changed says again what it said."""
    up_to_date()
    with _clear():
        run = _the_run(name, number)
        if run.preview:
            raise click.ClickException("A preview took nothing in.")
        try:
            done = undoing.undo(run)
        except Busy as busy:
            raise click.ClickException(str(busy)) from None
    counts = {"retired": done.retired, "brought_back": done.brought_back, "restored": done.restored, "left": done.left}
    if json_:
        _print({"run": run.pk, **counts})
    else:
        told = f"{done.retired:,} retired, {done.brought_back:,} as before, {done.restored:,} restored"
        say(f"run {run.pk}", f"undone: {told}, {done.left:,} left because they were changed meanwhile")
        follow_with_bar()
    ctx.exit(1 if done.left else 0)


@source.command()
@click.argument("name")
@click.option("--run", "number", type=int, help="Which run; else the last one.")
@as_json
def report(name: str, number: int | None, *, json_: bool) -> None:
    """What a run of NAME did, and every place that it refused (the first 1,000 things)."""
    up_to_date()
    with _clear():
        run = _the_run(name, number)
    if json_:
        _print({**_told(run), "refusals": _refusals(run, 100_000)})
        return
    say(f"run {run.pk}", _sentence(run) + (f"; ended early: {run.error}" if run.error else ""))
    for one in sources_queries.report(run):
        click.echo("\t".join((one.place, one.key, one.field, one.reason)))


@source.command()
@click.argument("name")
@click.option("--records", type=click.Choice(["keep", "retire"]), required=True, help="What becomes of its records.")
@click.confirmation_option(prompt="The source is asked no more. Go on?")
def remove(name: str, records: str) -> None:
    """Ask NAME no more; keep its records, or take them out of sight."""
    up_to_date()
    with _clear():
        try:
            last = sources_actions.remove(actor=NODE, source_id=name, records="keep" if records == "keep" else "retire")
        except Busy as busy:
            raise click.ClickException(str(busy)) from None
    if last is not None:
        schedule.carry_out_now(last.pk)
        last.refresh_from_db()
        say(f"run {last.pk}", _sentence(last))
        follow_with_bar()
    say("source", f"{name} is removed; its records are {'kept' if records == 'keep' else 'out of sight'}")
