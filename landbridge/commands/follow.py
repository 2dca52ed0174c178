"""`landbridge follow`: the worker that keeps every follower in step with the journal."""

import click

from landbridge.commands.shared import follow_with_bar, say, up_to_date
from landbridge.commands.worker import stop_on_signals
from landbridge.registry import journal
from landbridge.registry.queries import newest_serial


@click.command()
@click.option("--once", is_flag=True, help="Take in what is there and stop.")
def follow(once: bool) -> None:
    """Keep the search index in step with the journal, without a server.

    Only one process of a host follows at a time; a second one waits for its turn.
    """
    up_to_date()
    if once:
        follow_with_bar(all_of_them=True)
        say("index", f"in step with the journal at change {newest_serial()}")
        return
    say("following", "the journal; Ctrl-C stops")
    journal.follow_forever(stop_on_signals())
