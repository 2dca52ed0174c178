"""`landbridge run`: one command to a living node."""

import multiprocessing
import signal
import socket
import sys
import time

import click
from django.conf import settings
from django.db import connection
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from landbridge import __version__
from landbridge.commands.load import SAMPLE, load_files, tell
from landbridge.commands.shared import follow_with_bar, say, up_to_date
from landbridge.commands.translations import compile_translations
from landbridge.commands.worker import START_METHOD, at_home, follower_process, leave_together, share_labels
from landbridge.registry.loading import Loader
from landbridge.registry.queries import count


def port_is_free(address: str, port: int) -> bool:
    """Whether a server can be started there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _check_port() -> None:
    if not port_is_free(settings.ADDRESS, settings.PORT):
        raise click.ClickException(
            f"Port {settings.PORT} is taken. Stop the program that uses it, "
            f"or choose another one: LANDBRIDGE_PORT={settings.PORT + 1} landbridge run"
        )


def _prepare() -> None:
    """Everything that the first visitor expects to be there."""
    compiled = compile_translations()
    if compiled:
        say("texts", f"{compiled} translations compiled")
    say("database", f"{connection.vendor}, {f'{steps} steps migrated' if (steps := up_to_date()) else 'up to date'}")
    if settings.SAMPLE == "full" and count() == 0 and SAMPLE.is_dir():
        _load_sample()


def _load_sample() -> None:
    say("sample", "the database is empty: loading the sample network (LANDBRIDGE_SAMPLE=none leaves it out)")
    started = time.monotonic()
    refused: list[str] = []
    loader = Loader(on_refused=lambda line: refused.append(f"{line.source}, line {line.line}: {line.problems[0]}"))
    outcome = load_files(sorted(SAMPLE.glob("*.jsonl")), loader)
    tell(outcome, time.monotonic() - started, dry_run=False)
    for line in refused:
        say("refused", line)


def server() -> MPServer:
    """The web server: `settings.WORKERS` processes with a few threads each.

    Measured with 8 clients on 2 cores, a search each: granian 820 to 845 requests a second whatever its threads,
    gunicorn (gthread) 726, with the same memory. Four threads, so that two people who draw a whole dump over a slow
    line do not keep the others waiting.
    """
    multiprocessing.set_start_method(START_METHOD, force=True)
    return MPServer(
        "landbridge.wsgi:application",
        address=settings.ADDRESS,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )


@click.command()
def run() -> None:
    """Start the node: migrate, load the sample network into an empty database, serve, follow.

    Ctrl-C or SIGTERM stops it.
    """
    click.echo(f"Landbridge {__version__}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _check_port()
    with at_home() as nobody_else:
        if not nobody_else:
            raise click.ClickException(f"Another node serves {settings.DATA} already; give this one its own folder.")
        _serve()
    click.echo("Landbridge has stopped.")


def _serve() -> None:
    say("data", str(settings.DATA))
    try:
        _prepare()
        share_labels()
    except KeyboardInterrupt:
        raise click.Abort from None
    leave_together()
    with follower_process(lean=True):
        # This process must not open the index: the workers are forked from it, and threads do not survive that.
        follow_with_bar(here=False)
        say("records", f"{count()}, search in step with them")
        connection.close()
        say("ready", f"{settings.BASE_URL}  (Ctrl-C stops)")
        server().serve()
