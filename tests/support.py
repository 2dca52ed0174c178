"""What several tests use: records in memory, and other people's data where it is there."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from landbridge.formats.validate import validate
from landbridge.registry.queries import RecordView
from landbridge.search.document import document
from landbridge.search.index import Index

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


def shared(*parts: str) -> Path:
    """A file or folder of other people's test data; the test is skipped where it is not there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs other people's test data ({'/'.join(parts)}), which is not on this machine")
    return path


def record(
    record_id: str,
    format: str = "technology",
    language: str = "en",
    visibility: str = "public",
    state: str = "published",
    owner: str | None = None,
    **data: Any,
) -> RecordView:
    """A published record as the registry gives it."""
    data.setdefault("title", record_id)
    if format not in ("organisation", "event"):
        data.setdefault("summary", data["title"])
    answers = validate(format, data, language)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    confirmed, expires = answers.get("confirmed_on"), answers.get("expires_on")
    return RecordView(
        id=record_id, format=format, workflow="reference", state=state, visibility=visibility, language=language,
        origin="", owner=owner, revision=1, published=1, edition=1, data=answers, note="", created_at=now,
        updated_at=now, published_at=now, revised_at=now,
        confirmed_on=date.fromisoformat(confirmed) if confirmed else None,
        expires_on=date.fromisoformat(expires) if expires else None, sha256="",
    )  # fmt: skip


def fill(index: Index, records: Iterable[RecordView]) -> None:
    """Put records into an index."""
    index.write([document(view) for view in records])
