"""The files of a bundle: kept when a record that we hold names them, and when they are of a kind that is kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from landbridge.exchange.bundles.opening import Opened
from landbridge.exchange.models import WantedFile
from landbridge.exchange.nodes.files import BadFile
from landbridge.exchange.nodes.files import keep as keep_bytes
from landbridge.registry.bringing import named_in
from landbridge.registry.files import place_of, safe_name
from landbridge.registry.models import Record, Revision, StoredFile

FOLDER: Final = "data/files/"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BATCH: Final = 500


def brought(bag: Opened) -> set[str]:
    """The digests of the files that a bundle brings."""
    names = (name.removeprefix(FOLDER) for name in bag.sizes if name.startswith(FOLDER))
    return {name for name in names if _SHA256.fullmatch(name)}


def named_by(record_ids: Iterable[str], wanted: set[str]) -> dict[str, Mapping[str, Any]]:
    """Those of the files that the newest answers of the records name: digest to how they name it."""
    found: dict[str, Mapping[str, Any]] = {}
    ids = list(record_ids)
    for start in range(0, len(ids), _BATCH):
        records = {record.pk: record for record in Record.objects.filter(pk__in=ids[start : start + _BATCH])}
        numbers = {(pk, number) for pk, one in records.items() for number in (one.latest, one.published)}
        for revision in Revision.objects.filter(record_id__in=records).iterator(chunk_size=_BATCH):
            if (revision.record_id, revision.number) in numbers:
                found.update({str(one["sha256"]): one for one in named_in(revision.data) if one["sha256"] in wanted})
    return found


def keep(bag: Opened, named: Mapping[str, Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Take the files in: how many were new, and a sentence for each that was not kept."""
    kept, problems = 0, []
    for sha256, answer in named.items():
        if place_of(sha256).is_file() and StoredFile.objects.filter(pk=sha256).exists():
            continue
        try:
            with bag.part(FOLDER + sha256) as source:
                keep_bytes(sha256, source, str(answer.get("media_type")))
        except BadFile as problem:
            problems.append(f"{safe_name(str(answer.get('name') or 'file'))}: {problem}")
            continue
        WantedFile.objects.filter(sha256=sha256).delete()
        kept += 1
    return kept, problems
