"""Opening what somebody brought: a ZIP or a folder, looked at from outside before anything in it is believed.

Nothing is unpacked: parts are read where they lie, by names that were checked first, so that nothing can be written
anywhere else.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from landbridge.exchange.bundles.troubles import BadBundle, shown

MOST_PARTS: Final = 400_000
_LARGEST_LIST: Final = 64 * 1024**2
"""Bytes of the list of parts at the end of an archive: it is held in memory as a whole."""
_TAIL: Final = 1 << 16
LARGEST: Final = 64 * 1024**3
"""Bytes once unpacked: the files of a large node; a part is never held in memory as a whole."""
_MOST_RATIO: Final = 200
_RATIO_COUNTS_FROM: Final = 10_000_000
_LOCAL_HEAD: Final = 30
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LEFT_BY_SYSTEMS: Final = re.compile(r"(^|/)(\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX(/.*)?)$")
"""What file managers leave in a folder that they looked at or packed: no part of a bundle, and no offence."""


@dataclass
class Opened:
    """The parts of a bundle by their names within it, with their sizes."""

    sizes: dict[str, int]
    _archive: zipfile.ZipFile | None = None
    _base: str = ""
    _folder: Path = field(default_factory=Path)

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """A part to read.

        Raises:
            BadBundle: there is none, or it is damaged.
        """
        if name not in self.sizes:
            raise BadBundle("missing", f"The bundle lacks “{shown(name)}”; nothing was taken in.")
        try:
            with self._opened(name) as file:
                yield file
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise BadBundle("damaged", f"“{shown(name)}” cannot be read: {str(error)[:100]}.") from error
        except zlib.error as error:
            raise BadBundle("damaged", f"“{shown(name)}” cannot be unpacked: {str(error)[:100]}.") from error

    def _opened(self, name: str) -> IO[bytes]:
        if self._archive is not None:
            return self._archive.open(self._base + name)
        return os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb")

    def small(self, name: str, largest: int) -> bytes:
        """A part as a whole, where it is not larger than it may be."""
        with self.part(name) as file:
            content = file.read(largest + 1)
        if len(content) > largest:
            raise BadBundle("too-large", f"“{shown(name)}” is larger than {largest} bytes; nothing was taken in.")
        return content


@contextmanager
def opened(path: Path, largest: int = LARGEST) -> Iterator[Opened]:
    """A bundle as a ZIP or as a folder.

    Raises:
        BadBundle: it cannot be one, or it is dangerous.
    """
    if path.is_dir():
        sizes = _sizes_of_folder(path)
        base = _base_of(sizes)
        yield Opened(_within(sizes, base), _folder=path / base if base else path)
        return
    try:
        with path.open("rb") as file:
            head = file.read(2)
            if head == b"PK" and _size_of_list(file) > _LARGEST_LIST:
                raise BadBundle("too-large", "The archive lists more parts than a bundle may have.")
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        code = "damaged" if head == b"PK" else "not-a-bundle"
        what = "is damaged or cut off" if head == b"PK" else "is neither a ZIP nor a folder"
        raise BadBundle(code, f"“{shown(path.name)}” {what}; nothing was taken in.") from None
    except (OSError, ValueError, NotImplementedError) as error:
        if isinstance(error, BadBundle):
            raise
        raise BadBundle("not-a-bundle", f"“{shown(path.name)}” cannot be opened: {str(error)[:100]}.") from error
    with archive:
        sizes = _sizes_of_archive(archive, head, largest)
        base = _base_of(sizes)
        yield Opened(_within(sizes, base), _archive=archive, _base=base)


def _size_of_list(file: IO[bytes]) -> int:
    """How many bytes the list of parts has, as the end of the archive says; 0 where it says nothing."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL - 200))
    tail = file.read()
    sizes = [0]
    for mark, at, length in ((b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8)):
        found = tail.rfind(mark)
        size = int.from_bytes(tail[found + at : found + at + length], "little") if found >= 0 else 0
        sizes.append(0 if size == 0xFFFFFFFF else size)
    return max(sizes)


def _within(sizes: dict[str, int], base: str) -> dict[str, int]:
    outside = next((name for name in sizes if not name.startswith(base)), None)
    if outside is not None:
        raise BadBundle("not-listed", f"“{shown(outside)}” stands outside the bag; nothing was taken in.")
    return {name.removeprefix(base): size for name, size in sizes.items()}


def _base_of(sizes: dict[str, int]) -> str:
    """The folder within the archive that is the bag: none, or one."""
    if "bagit.txt" in sizes:
        return ""
    found = [name for name in sizes if name.count("/") == 1 and name.endswith("/bagit.txt")]
    if len(found) != 1:
        raise BadBundle("not-a-bundle", "This is no bundle: it has no bagit.txt, or several.")
    return found[0].removesuffix("bagit.txt")


def _sizes_of_archive(archive: zipfile.ZipFile, head: bytes, largest: int) -> dict[str, int]:
    parts = archive.infolist()
    _check_archive(parts, head, largest)
    sizes: dict[str, int] = {}
    for part in parts:
        kind = stat.S_IFMT(part.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadBundle("link", f"“{shown(part.filename)}” is a link or a device; nothing was taken in.")
        if _LEFT_BY_SYSTEMS.search(part.orig_filename):
            continue
        name = _checked_name(part.orig_filename.removesuffix("/"))
        if not part.is_dir():
            _add(sizes, name, part.file_size)
    return sizes


def _check_archive(parts: list[zipfile.ZipInfo], head: bytes, largest: int) -> None:
    if head != b"PK" or not parts or min(part.header_offset for part in parts) != 0:
        raise BadBundle("not-a-bundle", "Something else stands before the archive, or there is nothing in it.")
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadBundle("encrypted", "The archive is locked with a password; nothing was taken in.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > largest:
        raise BadBundle("too-large", "The bundle unpacks to more than this node takes; nothing was taken in.")
    if any(part.file_size > _RATIO_COUNTS_FROM and part.file_size > _MOST_RATIO * part.compress_size for part in parts):
        raise BadBundle("too-large", "A part holds nothing but repetition, as archives do that are made to harm.")
    ordered = sorted(parts, key=lambda part: part.header_offset)
    ends = [part.header_offset + _LOCAL_HEAD + part.compress_size for part in ordered]
    if any(end > after.header_offset for end, after in zip(ends, ordered[1:], strict=False)):
        raise BadBundle("overlapping", "Parts of the archive lie over one another; nothing was taken in.")


def _sizes_of_folder(path: Path) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for root, folders, files in os.walk(path, followlinks=False):
        for name in (*folders, *files):
            place = Path(root) / name
            told = place.relative_to(path).as_posix()
            if _LEFT_BY_SYSTEMS.search(told):
                continue
            status = place.lstat()
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                raise BadBundle("link", f"“{shown(told)}” is a link or a device; nothing was taken in.")
            _checked_name(told)
            if stat.S_ISREG(status.st_mode):
                _add(sizes, told, status.st_size)
            if len(sizes) > MOST_PARTS:
                raise BadBundle("too-large", "The folder holds more files than a bundle may have.")
    return sizes


def _add(sizes: dict[str, int], name: str, size: int) -> None:
    if name in sizes:
        raise BadBundle("doubled", f"“{shown(name)}” is there twice; nothing was taken in.")
    sizes[name] = size


def _checked_name(name: str) -> str:
    """The name of a part, when it can only mean a file within the bundle.

    Raises:
        BadBundle: it leads elsewhere, or it is none of the plain names that bundles have.
    """
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise BadBundle("odd-name", f"“{shown(name)}” is an absolute path; nothing was taken in.")
    if ".." in re.split(r"[/\\]", name):
        raise BadBundle("odd-name", f"“{shown(name)}” leads out of the bundle; nothing was taken in.")
    if not _NAME.fullmatch(name) or len(name) > 300:
        code = "odd-name" if name.isascii() else "encoding"
        raise BadBundle(code, f"“{shown(name)}” is no name that a bundle has; nothing was taken in.")
    return name
