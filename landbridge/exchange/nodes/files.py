"""Attached files of received records: fetched by their digest, in pieces where a line breaks, and looked at before they
are kept. Their bytes stay as they are: the digest in the statement is of those."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from landbridge.exchange.models import WantedFile
from landbridge.registry.files import LARGEST, place_of, safe_name
from landbridge.registry.models import StoredFile
from landbridge.registry.pictures import Damaged, cleaned
from landbridge.registry.sniffing import Refused, kind_of

TRIES: Final = 8
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class BadFile(ValueError):
    """The bytes are not the file that a record names, or none that is kept."""


def named(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files that a statement names as they should be named."""
    return [one for one in said.get("files") or () if isinstance(one, dict) and _is_plausible(one)]


def _is_plausible(one: Mapping[str, Any]) -> bool:
    size = one.get("size")
    return (
        isinstance(one.get("sha256"), str) and bool(_SHA256.fullmatch(one["sha256"]))
        and type(size) is int and 0 < size <= LARGEST and isinstance(one.get("media_type"), str)
    )  # fmt: skip


def want(record_id: str, via: str, files: Iterable[Mapping[str, Any]], *, also_here: bool = False) -> None:
    """Remember which files are to be fetched; `also_here` those that lie here, to see whether `via` has them too."""
    found = {one["sha256"]: one for one in files}
    there = set() if also_here else set(StoredFile.objects.filter(pk__in=list(found)).values_list("pk", flat=True))
    WantedFile.objects.bulk_create(
        [
            WantedFile(
                sha256=sha256, record_id=record_id, via=via, size=one["size"], media_type=one["media_type"][:100]
            )
            for sha256, one in found.items() if sha256 not in there
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def proven(record_id: str, sha256: str) -> None:
    """Whoever names the file in this record has given its bytes."""
    WantedFile.objects.filter(sha256=sha256, record_id=record_id).update(proven=True, error="")


def half(sha256: str) -> Path:
    """Where the beginning of a file lies while the rest is on its way."""
    return Path(settings.MEDIA_ROOT) / f"half-{sha256}"


def keep(sha256: str, source: IO[bytes], media_type: str) -> None:
    """Keep the bytes of a file under their digest, whoever brings them.

    Raises:
        BadFile: they are other bytes, or of a kind that is not kept, or not what they are said to be.
    """
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="coming-", delete=False) as coming:
        path = Path(coming.name)
        try:
            size = _copy(source, coming)
            _look_at(path, sha256, media_type)
            place = place_of(sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.chmod(0o640)
            path.replace(place)
        finally:
            path.unlink(missing_ok=True)
    StoredFile.objects.get_or_create(sha256=sha256, defaults={"media_type": media_type, "size": size})


def _copy(source: IO[bytes], target: Any) -> int:
    size = 0
    while chunk := source.read(1 << 16):
        size += len(chunk)
        if size > LARGEST:
            raise BadFile("The file is larger than files are here.")
        target.write(chunk)
    target.flush()
    return size


def _look_at(path: Path, sha256: str, media_type: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise BadFile("These are other bytes than the record names.")
    try:
        kind = _kind(path, media_type)
        if kind != media_type:
            raise BadFile(f"The file is {kind}, not {media_type[:60]}.")
        if kind.startswith("image/"):
            _carries_nothing(path.read_bytes(), kind)
    except (Refused, Damaged) as refusal:
        raise BadFile(f"The file is none that is kept here: {refusal.code}.") from None


def _carries_nothing(picture: bytes, kind: str) -> None:
    if cleaned(picture, kind) != picture:
        raise BadFile("The picture carries notes of a camera or something behind its end.")


_ENDINGS: Final = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "text/plain": "txt",
    "text/csv": "csv", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt", "application/vnd.oasis.opendocument.spreadsheet": "ods",
}  # fmt: skip


def _kind(path: Path, media_type: str) -> str:
    ending = _ENDINGS.get(media_type)
    if ending is None:
        raise BadFile(f"Files of the kind {media_type[:60]} are not kept here.")
    return kind_of(path, safe_name(f"file.{ending}")).media_type
