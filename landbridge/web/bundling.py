"""What a bundle gets from the pages of this node: the records to read in a browser, and forms to fill in."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from landbridge.exchange.bundles.contents import Asked, Put, Selection, selection
from landbridge.exchange.bundles.making import Extra, Watch
from landbridge.exchange.documents.paper import paper
from landbridge.exchange.documents.unreadable import Unreadable
from landbridge.exchange.documents.workshop import drawn
from landbridge.exchange.nodes.statements import SHOWN
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView, states
from landbridge.registry.rules import ANYONE
from landbridge.web.offline import site
from landbridge.web.papers import words_of

KINDS: Final = ("xlsx", "docx")
_BATCH: Final = 500


def pages_and_forms(languages: Sequence[str], watch: Watch = lambda done: None) -> Extra | None:
    """What to add to a bundle that can be read in these languages; nothing without one."""
    if not languages:
        return None

    def add(put: Put, chosen: Selection, records: set[str], files: frozenset[str], made: datetime) -> None:
        forms = write_forms(put, languages)
        folder = site.Folder(
            put=put, views=lambda: _views(chosen, records), holds=lambda ids: set(ids) & records, files=files,
            reader=ANYONE, languages=languages, made=made, forms=forms, watch=watch,
        )  # fmt: skip
        site.write(folder)

    return Extra(("pages/", "forms/"), add)


def _views(chosen: Selection, records: set[str]) -> Iterator[RecordView]:
    """The records of the bundle as everybody may see them: who works for their owner sees no more on a stick."""
    batch: list[str] = []
    for _, _, said in chosen.statements():
        if said["record"] in records:
            batch.append(said["record"])
        if len(batch) == _BATCH:
            yield from _shown(batch)
            batch = []
    yield from _shown(batch)


def _shown(batch: Iterable[str]) -> Iterator[RecordView]:
    found = states(batch)
    yield from (view for key in batch if (view := found.get(key)) and view.visibility in SHOWN)


def write_forms(put: Put, languages: Sequence[str]) -> list[tuple[str, str]]:
    """The empty forms of all formats: (format, kind of file) of those that could be drawn."""
    made: dict[tuple[str, str], None] = {}
    for language in languages:
        for name in FORMATS:
            for kind in KINDS:
                try:
                    put(f"forms/{name}-{language}.{kind}", _form(name, language, kind))
                except Unreadable:
                    continue
                made[(name, kind)] = None
    return list(made)


def _form(name: str, language: str, kind: str) -> bytes:
    """A form, drawn once and kept: each takes half a second."""
    blank = paper(name, words_of(language))
    told = json.dumps([settings.VERSION, kind, blank.plain()]).encode()
    kept = settings.DATA / "bundles" / "forms" / f"{hashlib.sha256(told).hexdigest()[:32]}.{kind}"
    if kept.is_file():
        return bytes(kept.read_bytes())
    body = drawn(blank, kind)
    kept.parent.mkdir(parents=True, exist_ok=True)
    passing = kept.with_name(f".{kept.name}.part")
    passing.write_bytes(body)
    passing.replace(kept)
    return body


def write_folder(folder: Path, wish: Asked, watch: Watch = lambda done: None) -> int:
    """The same pages as a plain folder, without statements: how many records they show.

    Raises:
        ValueError: the folder is there and not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"The folder {folder} is not empty.")
    chosen = selection(wish)
    records = {said["record"] for _, _, said in chosen.statements() if not said["gone"]}

    def put(name: str, content: bytes) -> None:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    extra = pages_and_forms(wish.pages, watch)
    if extra is not None:
        files = _copy_files(folder, chosen) if wish.files else frozenset()
        extra.write(put, chosen, records, files, datetime.now(UTC))
    return len(records)


def _copy_files(folder: Path, chosen: Selection) -> frozenset[str]:
    # Inner import: only who writes a folder copies files.
    import shutil

    from landbridge.registry.files import place_of

    held = set()
    for _, _, said in chosen.statements():
        for one in said.get("files") or ():
            source = place_of(one["sha256"])
            if source.is_file() and one["sha256"] not in held:
                (folder / "files").mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / "files" / one["sha256"])
                held.add(one["sha256"])
    return frozenset(held)
