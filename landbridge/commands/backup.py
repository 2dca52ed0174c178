"""`landbridge backup` and `landbridge restore`."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from django.conf import settings
from django.db import connection

from landbridge.commands import archive
from landbridge.commands.shared import follow_with_bar, say, up_to_date
from landbridge.commands.worker import at_home
from landbridge.exchange.nodes.serving import begin_anew
from landbridge.parties.models import Account
from landbridge.registry.queries import count


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--portable", is_flag=True, help="Tables as JSON Lines, to move from SQLite to PostgreSQL or back.")
def backup(target: Path, portable: bool) -> None:
    """Write database, files, imported vocabularies and key to FILE (.tar.gz), while the node goes on working."""
    up_to_date()
    passing = target.with_name(f".{target.name}.part")
    try:
        passing.touch(mode=0o600)  # The key and the accounts are in it.
        with passing.open("wb") as out:
            archive.write(out, portable=portable)
        passing.replace(target)
    finally:
        passing.unlink(missing_ok=True)
    say(
        "backup", f"{count()} records, {target.stat().st_size / 1e6:.1f} MB in {target}; it holds the key: keep it safe"
    )


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Also over a node that holds records; what it holds is lost.")
def restore(source: Path, force: bool) -> None:
    """Bring the backup in FILE back into an empty node. Stop the server first."""
    with at_home() as nobody_else:
        if not nobody_else:
            raise click.ClickException(f"Stop the node first: a server runs on {settings.DATA}.")
        _restore(source, force)


def _restore(source: Path, force: bool) -> None:
    up_to_date()
    if not force and (count() or Account.objects.exists()):
        raise click.ClickException(
            f"This node holds {count()} records and {Account.objects.count()} accounts, which would be lost. "
            "Restore into an empty LANDBRIDGE_DATA, or say --force."
        )
    with TemporaryDirectory(dir=settings.DATA, prefix=".restore-") as folder:
        manifest = archive.unpack(source, Path(folder))
        archive.bring_back(Path(folder), manifest)
    connection.close()
    up_to_date()
    begin_anew()  # Other nodes have read further in the order of our statements than the backup goes.
    say("restored", f"{count()} records, as of {manifest['made']}")
    follow_with_bar()
    say("index", "in step with the journal")
