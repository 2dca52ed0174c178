"""`landbridge follow`: the worker that keeps every follower in step with the journal."""

import os
import signal
from threading import Event, Thread

import click

from landbridge.commands.shared import follow_with_bar, say, up_to_date
from landbridge.registry import journal
from landbridge.registry.queries import newest_serial


def _stop_with(parent: int, stop: Event) -> None:
    """A follower that a server has started ends with it, also when the server is killed."""
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()


@click.command()
@click.option("--once", is_flag=True, help="Take in what is there and stop.")
@click.option("--parent", type=int, hidden=True)
def follow(once: bool, parent: int | None) -> None:
    """Keep the search index in step with the journal, without a server.

    Only one process of a host follows at a time; a second one waits for its turn.
    """
    up_to_date()
    if once:
        follow_with_bar()
        say("index", f"in step with the journal at change {newest_serial()}")
        return
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if parent is None:
        say("following", "the journal; Ctrl-C stops")
    else:
        Thread(target=_stop_with, args=(parent, stop), daemon=True).start()
    journal.follow_forever(stop)
