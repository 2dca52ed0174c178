"""The files of a bundle: kept when a record that we hold names them, and when they are of a kind that is kept."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.bundles.opening import Opened
from landbridge.registry.bringing import named_in
from landbridge.registry.files import LARGEST, place_of, safe_name
from landbridge.registry.models import Record, Revision, StoredFile
from landbridge.registry.sniffing import Refused, kind_of

FOLDER: Final = "data/files/"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_CHUNK: Final = 1 << 18


def brought(bag: Opened) -> set[str]:
    """The digests of the files that a bundle brings."""
    names = (name.removeprefix(FOLDER) for name in bag.sizes if name.startswith(FOLDER))
    return {name for name in names if _SHA256.fullmatch(name)}


def named_by(record_ids: Iterable[str], wanted: set[str]) -> dict[str, Mapping[str, Any]]:
    """Those of the files that the newest answers of the records name: digest to how they name it."""
    found: dict[str, Mapping[str, Any]] = {}
    for record in Record.objects.filter(pk__in=list(record_ids)):
        for revision in Revision.objects.filter(record=record, number__in={record.latest, record.published}):
            for answer in named_in(revision.data):
                if answer["sha256"] in wanted:
                    found[str(answer["sha256"])] = answer
    return found


def keep(bag: Opened, named: Mapping[str, Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Take the files in: how many were new, and a sentence for each that was not kept."""
    kept, problems = 0, []
    for sha256, answer in named.items():
        if place_of(sha256).is_file() and StoredFile.objects.filter(pk=sha256).exists():
            continue
        problem = _keep_one(bag, sha256, safe_name(str(answer.get("name") or "file")))
        kept += not problem
        if problem:
            problems.append(problem)
    return kept, problems


def _keep_one(bag: Opened, sha256: str, name: str) -> str:
    """Why the file was not kept; empty when it was."""
    size = bag.sizes[FOLDER + sha256]
    if size > LARGEST:
        return f"The file {name} is larger than {LARGEST // 1024**2} MB and was not kept."
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="coming-", delete=False) as coming:
        path = Path(coming.name)
    try:
        digest = hashlib.sha256()
        with bag.part(FOLDER + sha256) as source, path.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != sha256:
            return f"The file {name} is not the one that the record names, and was not kept."
        kind = kind_of(path, name)
        place = place_of(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o640)
        path.replace(place)
        StoredFile.objects.get_or_create(sha256=sha256, defaults={"media_type": kind.media_type, "size": size})
    except Refused as refused:
        return f"The file {name} was not kept: {refused.code}."
    finally:
        path.unlink(missing_ok=True)
    return ""
