"""`landbridge replay`: a projection dropped and built anew."""

import click

from landbridge.commands.shared import follow_with_bar, say, up_to_date
from landbridge.registry import journal


@click.command()
@click.argument("names", nargs=-1)
def replay(names: tuple[str, ...]) -> None:
    """Drop projections, such as the search index, and build them anew from the journal; all when none is named."""
    up_to_date()
    for name in names or journal.projections():
        journal.forget(name)
        say("replay", f"{name} is built anew")
    follow_with_bar()
    say("index", "in step with the journal")
