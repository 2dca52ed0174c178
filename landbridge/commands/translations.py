"""`landbridge translations`: compile the texts of the interface. Only the sources (.po) are kept in the project."""

from pathlib import Path

import click
from django.conf import settings

from landbridge.commands.shared import say


def compile_translations() -> int:
    """Compile what is newer than its compiled file: how many catalogues that were.

    Raises:
        OSError: the folder of the package cannot be written to and a catalogue is missing.
    """
    compiled = 0
    for folder in map(Path, settings.LOCALE_PATHS):
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                _compile(source, target)
                compiled += 1
    return compiled


def _compile(source: Path, target: Path) -> None:
    # Inner import: the server starts with this module, and hardly ever has anything to compile.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    passing = target.with_suffix(".mo.new")
    with passing.open("wb") as file:
        write_mo(file, catalogue)
    passing.replace(target)


@click.command()
def translations() -> None:
    """Compile the translations of the interface that are newer than their compiled files."""
    compiled = compile_translations()
    say("texts", f"{compiled} catalogues compiled" if compiled else "up to date")
