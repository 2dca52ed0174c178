"""USPTO: US patents from files of all eras; each is put by until a person makes a draft of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.known import refused
from landbridge.exchange.in_.sources.opening import archive, opened
from landbridge.exchange.in_.sources.patents import CLASSES, Patent, family, wanted
from landbridge.exchange.in_.sources.uspto_documents import SOURCE, classes, documents, patent

if TYPE_CHECKING:
    from lxml.etree import _Element

EVERY: Final = 500
_MASTER: Final = b"CPCMasterClassificationFile"


class Uspto:
    name = "uspto"
    label = gettext_noop("Patents of the USPTO")
    about = gettext_noop("US patents from files of all years; they are put by until a person makes a draft.")
    takes = "both"
    settings = (CLASSES,)

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with opened(ask) as source:
            if source is None:
                yield Checkpoint(dict(ask.state))
                return
            same = ask.state.get("etag", "") == source.state.get("etag", "")
            skip = int(ask.state.get("at") or 0) if same else 0
            with _unzipped(source.stream, source.name) as stream:
                count = other = 0
                for count, one in enumerate(_patents(stream), 1):
                    other += one is None
                    if count > skip and (said := _found(one, count, str(ask.settings.get("classes") or ""))):
                        yield said
                    if count > skip and count % EVERY == 0:
                        yield Checkpoint({**source.state, "at": count})
                if count == other:
                    raise BadSource(f"{source.name[:100]} holds no patents of the USPTO that can be read.")
            yield Checkpoint(source.state)


@contextmanager
def _unzipped(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """The text inside, where it is packed as the weekly files are."""
    with archive(stream, name) as packed:
        if packed is None:
            yield stream
            return
        parts = [part for part in packed.infolist() if part.filename.lower().endswith((".xml", ".txt", ".sgm"))]
        if len(parts) != 1:
            raise BadSource(f"{name[:100]} holds {len(parts)} files of patents; bring them one by one.")
        with packed.open(parts[0]) as inside:
            yield inside


def _patents(stream: IO[bytes]) -> "Iterator[Patent | ValueError | None]":
    """A patent, why one could not be read, or nothing for a document of another kind."""
    start = stream.read(4_096)
    stream.seek(0)
    if _MASTER in start:
        from landbridge.lib.xml import elements

        for record in elements(stream, ["{*}CPCMasterClassificationRecord"]):
            yield _class_record(record)
        return
    try:
        for raw in documents(stream):
            if raw.strip():
                yield _read(raw)
    except ValueError as error:
        yield error


def _class_record(record: "_Element") -> Patent | ValueError:
    one = classes(record)
    return one if one.number else ValueError("The record names no grant.")


def _read(raw: bytes) -> Patent | ValueError | None:
    try:
        return patent(raw)
    except ValueError as error:  # BadXml is one.
        return error


def _found(one: Patent | ValueError | None, count: int, names: str) -> Found | None:
    place = f"document {count}"
    if one is None:
        return refused(place, "This document is none of a patent.", place)
    if isinstance(one, ValueError):
        return refused(place, str(one), place)
    return family(one.name, [one], SOURCE) if wanted(one, names) else None
