"""What a backup holds and how it is read back: one .tar.gz with a consistent copy of everything a node cannot rebuild.

The search index is not in it: it is built anew from the journal.
"""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from landbridge import __version__
from landbridge.registry.freshness import fill_confirm_by
from landbridge.registry.models import Cursor, Record

FOLDERS: Final = ("files", "vocabularies")
SQLITE: Final = "database/landbridge.sqlite3"
MANIFEST: Final = "manifest.json"
KEY: Final = "secret-key"
_BATCH: Final = 500
_FIRST_TABLES: Final = (
    "parties.party", "parties.account", "parties.membership", "registry.record", "registry.revision",
    "registry.change", "registry.cursor",
)  # fmt: skip
"""What a backup held when it did not yet name its tables."""


class BadArchive(ValueError):
    """A file that is no backup, or one that this node cannot take; the message tells why."""


def own_models() -> list[type[models.Model]]:
    """The tables that a backup holds, each after those that it points to: ours, and the libraries' that hold people's
    addresses, keys and identities. Sessions end with a restore."""
    ours = [(app, None) for app in apps.get_app_configs() if app.name.startswith(("landbridge.", "allauth."))]
    return [model for model in serializers.sort_dependencies(ours) if model is not None]


def table_name(model: type[models.Model]) -> str:
    """A table as the file names of a backup spell it."""
    return model._meta.label_lower


def _applied() -> list[str]:
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def write(out: IO[bytes], *, portable: bool) -> None:
    """Write a backup. `portable` (and always on PostgreSQL): tables as JSON Lines, for a database of either kind."""
    as_lines = portable or connection.vendor != "sqlite"
    manifest = {
        "landbridge": __version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": "lines" if as_lines else "sqlite",
        "migrations": _applied(),
        "tables": [table_name(model) for model in own_models()],
    }
    with tarfile.open(fileobj=out, mode="w:gz") as archive, TemporaryDirectory(dir=settings.DATA) as folder:
        _add_bytes(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        if as_lines:
            _add_lines(archive, Path(folder))
        else:
            copy_sqlite(Path(connection.settings_dict["NAME"]), Path(folder) / "copy")
            archive.add(Path(folder) / "copy", SQLITE)
        for name in FOLDERS:
            if (settings.DATA / name).is_dir():
                archive.add(settings.DATA / name, name)
        if (settings.DATA / KEY).is_file():
            archive.add(settings.DATA / KEY, KEY)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(content), int(datetime.now(UTC).timestamp())
    archive.addfile(member, io.BytesIO(content))


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, also while others write to it."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as they stand at one moment, while others go on writing."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _add_lines(archive: tarfile.TarFile, folder: Path) -> None:
    with _one_moment():
        for number, model in enumerate(own_models()):
            path = folder / "table"
            with path.open("w", encoding="utf-8") as out:
                rows = model._default_manager.order_by("pk").iterator(chunk_size=_BATCH)
                serializers.serialize("jsonl", rows, stream=out)
            archive.add(path, f"database/{number:03}-{table_name(model)}.jsonl")


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder and give its manifest. Only what a backup holds is taken, as plain files.

    Raises:
        BadArchive: it is no backup, or it holds a path that leads elsewhere.
    """
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for member in packed:
                _unpack_one(packed, member, folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        unknown = set(manifest["migrations"]) - _known_migrations()
        kind = manifest["database"]
    except (RecursionError, tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadArchive):
            raise
        raise BadArchive(f"{archive.name} is no backup of Landbridge, or it is damaged: {error}") from error
    if unknown:
        raise BadArchive(f"{archive.name} was made by version {manifest['landbridge']}; update this node first.")
    _check_tables(folder, manifest, kind)
    return manifest


def _check_tables(folder: Path, manifest: dict[str, Any], kind: str) -> None:
    """What is there is taken away only when the backup holds all that is to come in its place."""
    if kind == "sqlite":
        there = (folder / SQLITE).is_file()
    else:
        names = {path.stem.partition("-")[2] for path in (folder / "database").glob("*.jsonl")}
        there = kind == "lines" and names >= set(manifest.get("tables", _FIRST_TABLES))
    if not there:
        raise BadArchive("The backup holds no database; nothing was changed.")
    if "made" not in manifest:
        raise BadArchive("The backup does not say when it was made; nothing was changed.")


def _unpack_one(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = PurePosixPath(member.name)
    known = path.parts[:1] in (("database",), *((name,) for name in FOLDERS)) or str(path) in (MANIFEST, KEY)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or not known:
        raise BadArchive(f"The archive holds “{member.name[:80]}”, which is no part of a backup; nothing was changed.")
    if member.isdir():
        return
    content = packed.extractfile(member) if member.isreg() else None
    if content is None:
        raise BadArchive(f"The archive holds a link or a device, “{member.name[:80]}”; nothing was changed.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        shutil.copyfileobj(content, out)


def _known_migrations() -> set[str]:
    # Inner import: the loader reads every migration file, which only a restore needs.
    from django.db.migrations.loader import MigrationLoader

    return {".".join(key) for key in MigrationLoader(connection).disk_migrations}


def bring_back(folder: Path, manifest: dict[str, Any]) -> None:
    """Put an unpacked backup in the place of what is there: first the tables, as one step, then the files.

    Raises:
        BadArchive: the copy is damaged, or of a kind that this database cannot take.
    """
    if manifest["database"] == "sqlite":
        _bring_back_sqlite(folder / SQLITE)
    else:
        _bring_back_lines(sorted((folder / "database").glob("*.jsonl")))
    Cursor.objects.filter(follower__contains="@").delete()  # The index of this folder knows another journal.
    for name in FOLDERS:
        shutil.rmtree(settings.DATA / name, ignore_errors=True)
        if (folder / name).is_dir():
            (folder / name).replace(settings.DATA / name)
    if (folder / KEY).is_file():
        (folder / KEY).chmod(0o600)
        (folder / KEY).replace(settings.DATA / KEY)


def _bring_back_sqlite(copy: Path) -> None:
    if connection.vendor != "sqlite":
        message = "This backup is a copy of an SQLite database; make it with --portable to move to PostgreSQL."
        raise BadArchive(message)
    with closing(sqlite3.connect(copy)) as database:
        if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise BadArchive("The copy of the database in this backup is damaged.")
    connection.close()
    copy_sqlite(copy, Path(connection.settings_dict["NAME"]))


def _bring_back_lines(tables: list[Path]) -> None:
    ours = own_models()
    with transaction.atomic():
        for model in reversed(ours):
            model._default_manager.all().delete()
        for table in tables:
            with table.open(encoding="utf-8") as lines:
                _insert(lines)
        fill_confirm_by(Record)  # A backup from before that day was kept has none.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), ours):
                cursor.execute(statement)


def _insert(lines: IO[str]) -> None:
    batch: list[models.Model] = []
    for one in serializers.deserialize("jsonl", lines):
        batch.append(one.object)
        if len(batch) == _BATCH:
            type(batch[0])._default_manager.bulk_create(batch)
            batch = []
    if batch:
        type(batch[0])._default_manager.bulk_create(batch)
