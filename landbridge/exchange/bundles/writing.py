"""Writing a bag as BagIt 1.0 (RFC 8493) has it, straight into a ZIP: nothing is held that grows with the content.

Names are plain ASCII in lower and upper case letters, figures, dots, hyphens and underscores: they survive every file
system that a memory stick has.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

_IN_MEMORY: Final = 1 << 20
_CHUNK: Final = 1 << 16
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class _Part:
    """One file on its way into the bag; its digest and its size are known when it is closed."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> int:
        self.sha256.update(chunk)
        self.size += len(chunk)
        return self._out.write(chunk)


class Bag:
    """A bag that is being written. `close` must be called, or the ZIP is none."""

    def __init__(self, out: IO[bytes], base: str, made: datetime) -> None:
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._base, self._made = base, made
        self._manifest = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._digest = hashlib.sha256()
        self._tags: dict[str, str] = {}
        self.octets, self.files = 0, 0

    @contextmanager
    def payload(self, name: str, *, packed: bool = True) -> Iterator[_Part]:
        """A file below `data/`; `packed` is off for what does not shrink."""
        with self._part(f"data/{name}", packed) as part:
            yield part
        line = f"{part.sha256.hexdigest()}  data/{name}\n".encode()
        self._manifest.write(line)
        self._digest.update(line)
        self.octets, self.files = self.octets + part.size, self.files + 1

    def add(self, name: str, content: bytes | Iterable[bytes], *, packed: bool = True) -> None:
        """A whole file below `data/`."""
        with self.payload(name, packed=packed) as part:
            for chunk in (content,) if isinstance(content, bytes) else content:
                part.write(chunk)

    @contextmanager
    def _part(self, name: str, packed: bool) -> Iterator[_Part]:
        info = zipfile.ZipInfo(f"{self._base}/{name}", self._made.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o100644 << 16
        with self._archive.open(info, "w", force_zip64=name.endswith(".jsonl")) as out:
            yield _Part(out)

    @property
    def manifest_sha256(self) -> str:
        """The digest of the manifest of all that was added so far; a signature is made over it."""
        return self._digest.hexdigest()

    def tag(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """A file that tells of the bag itself."""
        with self._part(name, packed=True) as part:
            for chunk in (content,) if isinstance(content, bytes) else content:
                part.write(chunk)
        self._tags[name] = part.sha256.hexdigest()

    def close(self, told: Mapping[str, str]) -> None:
        """Write the files that make it a bag; `told` stands in `bag-info.txt`."""
        facts = {**told, "Payload-Oxum": f"{self.octets}.{self.files}"}
        self.tag("bagit.txt", DECLARATION)
        lines = (f"{name}: {' '.join(value.split())}\n" for name, value in facts.items())
        self.tag("bag-info.txt", "".join(lines).encode())
        self._manifest.seek(0)
        self.tag(MANIFEST, iter(lambda: self._manifest.read(_CHUNK), b""))
        with self._part(TAG_MANIFEST, packed=True) as part:
            part.write("".join(f"{sha256}  {name}\n" for name, sha256 in self._tags.items()).encode())
        self._manifest.close()
        self._archive.close()

    def give_up(self) -> None:
        """Let go of what was begun."""
        self._manifest.close()
        fp: Any = self._archive
        fp._didModify = False  # Else closing it would write a directory for half a bag.
        self._archive.close()
