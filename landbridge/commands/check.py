"""`landbridge check`: is this node healthy and safe to expose?"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import click
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from landbridge.commands.shared import pending_migrations
from landbridge.registry import journal
from landbridge.registry.models import Change
from landbridge.registry.queries import every_id
from landbridge.registry.rules import ANYONE
from landbridge.search.index import index

Verdict = Literal["ok", "warn", "fail"]
LOCAL: Final = ("localhost", "127.0.0.1", "[::1]", "::1")
_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True)
class Finding:
    """One line of the report; a remedy where something should be done."""

    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding("database", "fail", str(error).strip(), "Start the database, or mend DATABASE_URL.")
        return
    yield Finding("database", "ok", f"{connection.vendor} answers")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            answer = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            yield Finding("database", "fail", f"the file is damaged: {answer}", "Restore a backup: landbridge restore")
    steps = pending_migrations()
    if steps:
        yield Finding("tables", "fail", f"{steps} steps behind this version", "landbridge run brings them up to date.")
    else:
        yield Finding("tables", "ok", "up to date")
        yield from _index()


def _index() -> Iterator[Finding]:
    behind, published = journal.behind(projections_only=True), every_id(ANYONE).count()
    remedy = "landbridge run or landbridge follow takes them in; if one runs, look at its log."
    if behind:
        yield Finding("index", "warn", f"{behind} changes behind the journal", remedy)
    elif (indexed := index().count()) != published:
        text = f"{indexed} records in the index, {published} published"
        yield Finding("index", "fail", text, "landbridge replay search builds it anew.")
    else:
        yield Finding("index", "ok", f"in step with the journal, {published} records")
    if not behind and (untold := journal.behind()):
        yield Finding("telling", "warn", f"{untold} changes of which others have not been told yet", remedy)


def _disk() -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.DATA)
    text = f"{usage.free / 1e9:.1f} GB free for {settings.DATA}"
    if usage.free < 200e6:
        yield Finding("disk", "fail", text, "Make room: nothing can be written soon.")
    elif usage.free < 2e9:
        yield Finding("disk", "warn", text, "Make room, or move LANDBRIDGE_DATA.")
    else:
        yield Finding("disk", "ok", text)


def _secrets() -> Iterator[Finding]:
    key = settings.DATA / "secret-key"
    if os.environ.get("LANDBRIDGE_SECRET_KEY"):
        yield Finding("key", "ok", "from the environment")
    elif key.stat().st_mode & 0o077:
        yield Finding("key", "fail", f"others on this machine can read {key}", f"chmod 600 {key}")
    else:
        yield Finding("key", "ok", "readable by this account only")
    if settings.DEBUG:
        yield Finding("debug", "fail", "errors show the code and the settings to strangers", "unset LANDBRIDGE_DEBUG")
    else:
        yield Finding("debug", "ok", "off")


def _exposure() -> Iterator[Finding]:
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    secure = settings.BASE_URL.startswith("https://")
    listens_outside = settings.ADDRESS not in LOCAL
    if "*" in hosts:
        yield Finding("hosts", "fail", "answers under any name", "Name your own in LANDBRIDGE_HOSTS.")
    elif not hosts:
        yield Finding("hosts", "ok", "answers this machine only; LANDBRIDGE_HOSTS opens it")
    else:
        yield Finding("hosts", "ok", f"answers as {', '.join(hosts)}")
    if not hosts and not listens_outside:
        yield Finding("https", "ok", "not needed: nobody else reaches this node")
    elif secure:
        yield Finding("https", "ok", f"{settings.BASE_URL}; cookies travel encrypted only")
    else:
        remedy = "Put a web server with a certificate in front and set LANDBRIDGE_BASE_URL=https://…; see deploy/"
        yield Finding("https", "fail", "passwords and sessions would travel in the clear", remedy)
    if hosts and not settings.MAIL_LEAVES:
        remedy = "Set LANDBRIDGE_MAIL=smtp://user:password@host:587?starttls"
        yield Finding("mail", "warn", f"letters stay on this machine, in {settings.EMAIL_FILE_PATH}", remedy)
    if hosts and not settings.NODE_EMAIL:
        yield Finding("contact", "warn", "nobody can be written to", "Set LANDBRIDGE_EMAIL to a shared mailbox.")


def _rights() -> Iterator[Finding]:
    loose = [path for path in (settings.DATA, *sorted(settings.DATA.iterdir())) if _others_may_write(path.lstat())]
    if loose:
        names = " ".join(str(path) for path in loose)
        yield Finding("rights", "fail", f"anyone on this machine may write to {names}", f"chmod o-w {names}")
    elif not os.access(settings.DATA, os.W_OK):
        yield Finding("rights", "fail", f"this account may not write to {settings.DATA}", "Change its owner.")
    elif hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("rights", "warn", "runs as root", "Run the node under an account of its own; see deploy/")
    else:
        yield Finding("rights", "ok", "only this account writes to the data")


def _others_may_write(state: os.stat_result) -> bool:
    return bool(state.st_mode & stat.S_IWOTH) and not stat.S_ISLNK(state.st_mode)


def _clock() -> Iterator[Finding]:
    now = datetime.now(UTC)
    newest = Change.objects.order_by("-serial").values_list("at", flat=True).first()
    if now.year < 2025 or (newest is not None and newest > now + timedelta(minutes=2)):
        text = f"it is {now:%Y-%m-%d %H:%M} UTC here, earlier than what is written already"
        yield Finding("clock", "fail", text, "Set the clock; timedatectl set-ntp true keeps it right.")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


CHECKS: Final[tuple[Callable[[], Iterator[Finding]], ...]] = (_database, _disk, _secrets, _exposure, _rights, _clock)


def findings() -> Iterator[Finding]:
    """All findings; a check that cannot be done is itself one."""
    for check_ in CHECKS:
        try:
            yield from check_()
        except (DatabaseError, OSError) as error:
            yield Finding(check_.__name__.strip("_"), "fail", str(error).strip(), "Mend what stands above first.")


@click.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Is this node healthy and safe to expose? Exit code 1 when something fails."""
    verdicts = []
    for finding in findings():
        verdicts.append(finding.verdict)
        mark = click.style(f"{finding.verdict:<5}", fg=_COLOURS[finding.verdict], bold=True)
        click.echo(f"  {mark} {finding.subject:<9} {finding.text}")
        if finding.remedy:
            click.echo(f"        {'':<9} -> {finding.remedy}")
    failed, warned = verdicts.count("fail"), verdicts.count("warn")
    click.echo(f"{len(verdicts) - failed - warned} ok, {warned} to look at, {failed} to mend")
    if failed:
        ctx.exit(1)
