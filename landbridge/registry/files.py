"""Attached files: bytes under their SHA-256 in the node's folder of files, after a look at what they really are.

What a file is follows from its bytes, never from its name. Only kinds that people attach are kept; pictures are written
anew without what a camera or a program hid in them (place, time, comments, anything behind the end).
"""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Sum

from landbridge.formats import tidy
from landbridge.registry.bringing import named_in as named_in
from landbridge.registry.bringing import note_bringer
from landbridge.registry.models import StoredFile
from landbridge.registry.pictures import Damaged, cleaned
from landbridge.registry.queries import RecordView, Unknown, get, latest
from landbridge.registry.rules import Reader
from landbridge.registry.sniffing import Refused, kind_of
from landbridge.registry.writing import Actor, Forbidden

LARGEST: Final = 20 * 1024 * 1024
MOST_A_DAY: Final = 25 * LARGEST
"""Bytes that one person brings in a day: nobody fills the node's disk."""
_NAME: Final = re.compile(r"[/\\\x00-\x1f\x7f<>:\"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A file that lies in the folder: how a record names it, and where it is."""

    name: str
    media_type: str
    size: int
    sha256: str
    path: Path

    def answer(self, alt: str, caption: str) -> dict[str, Any]:
        """As the answer to a question for files."""
        texts = {"alt": tidy.line(alt)[:500], "caption": tidy.line(caption)[:500]}
        return {"name": self.name, "media_type": self.media_type, "size": self.size, "sha256": self.sha256, **texts}


def keep(*, actor: Actor, name: str, chunks: Iterable[bytes]) -> Kept:
    """Take a file in; the same bytes are kept once.

    Raises:
        Forbidden: nobody is signed in.
        Refused: too large, too much for a day, of a kind that is not kept, or not what it seems; its code says which.
    """
    if actor.account_id is None:
        raise Forbidden("Files are brought by people who are signed in.")
    if _brought_lately(actor.account_id) > MOST_A_DAY:
        raise Refused("too-much")
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="coming-", delete=False) as coming:
        path = Path(coming.name)
        try:
            _receive(coming, chunks)
            kind = kind_of(path, safe_name(name))
            if kind.is_picture:
                path.write_bytes(_picture(path, kind.media_type))
            return _store(path, safe_name(name), kind.media_type, actor)
        finally:
            path.unlink(missing_ok=True)


def _brought_lately(account_id: int) -> int:
    since = datetime.now(UTC) - timedelta(days=1)
    brought = StoredFile.objects.filter(brought_by_id=account_id, at__gte=since)
    return brought.aggregate(bytes=Sum("size"))["bytes"] or 0


def _receive(file: Any, chunks: Iterable[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST:
            raise Refused("too-large")
        file.write(chunk)
    file.flush()
    if size == 0:
        raise Refused("empty")


def _picture(path: Path, media_type: str) -> bytes:
    try:
        return cleaned(path.read_bytes(), media_type)
    except Damaged as damaged:
        raise Refused(damaged.code) from None


def _store(path: Path, name: str, media_type: str, actor: Actor) -> Kept:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    place = place_of(sha256)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o640)
        path.replace(place)  # In one step: nobody ever reads half a file.
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256, defaults={"media_type": media_type, "size": size, "brought_by_id": actor.account_id}
    )
    note_bringer(stored, actor)
    return Kept(name, media_type, size, sha256, place)


def place_of(sha256: str) -> Path:
    """Where the bytes lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def safe_name(name: str) -> str:
    """A name as it can stand in a record, a header and a folder; its ending stays."""
    plain = tidy.line(_NAME.sub(" ", name)).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:150].strip()}.{ending[:10]}" if dot and stem else plain[:150]


def of_record(record_id: str, sha256: str, reader: Reader) -> Kept:
    """A file that an answer names which this reader may see, in the published revision or in a draft they work on.

    Raises:
        Unknown: there is none; whether it is hidden or missing is told to nobody.
    """
    for view in _views(record_id, reader):
        for answer in named_in(view.data):
            if answer["sha256"] == sha256:
                return found(answer)
    raise Unknown(sha256)


def _views(record_id: str, reader: Reader) -> Iterator[RecordView]:
    for ask in (get, latest):
        try:
            yield ask(record_id, reader)
        except Unknown:
            continue


def found(answer: Mapping[str, Any]) -> Kept:
    """The file behind an answer.

    Raises:
        Unknown: its bytes are not on this node.
    """
    sha256 = str(answer.get("sha256") or "")
    stored = StoredFile.objects.filter(pk=sha256).first() if _SHA256.fullmatch(sha256) else None
    path = place_of(sha256)
    if stored is None or not path.is_file():
        raise Unknown(sha256)
    return Kept(safe_name(str(answer.get("name") or "")), stored.media_type, stored.size, sha256, path)
