"""Opening what a door is to read: the file that somebody brought, or the one behind an address."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from landbridge.exchange.in_.door import Ask, BadSource
from landbridge.exchange.in_.sources.known import line, shorter


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that stands open at its beginning."""

    stream: IO[bytes]
    name: str
    state: dict[str, str]
    """What the next run asks with, so that an unchanged file is not read again."""


@contextmanager
def opened(ask: Ask, headers: Mapping[str, str] | None = None) -> Iterator[Opened | None]:
    """The file that was brought, or the one behind the address; None where it has not changed since the last run.

    Raises:
        BadSource: the address does not answer with a file.
    """
    if ask.file is not None:
        with ask.file.open("rb") as stream:
            yield Opened(unpacked(stream), ask.file_name or ask.file.name, {})
        return
    asked = dict(headers or {})
    if ask.state.get("etag"):
        asked["If-None-Match"] = str(ask.state["etag"])
    with ask.get(ask.address, headers=asked) as answer:
        if answer.status == 304:
            yield None
            return
        expect(answer.status, ask.address)
        etag = answer.headers.get("etag", "")
        yield Opened(unpacked(answer.body), ask.address, {"etag": line(etag, 200)} if etag else {})


def unpacked(stream: IO[bytes]) -> IO[bytes]:
    """The stream, or what is packed in it with gzip."""
    start = stream.read(2)
    stream.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=stream)) if start == b"\x1f\x8b" else stream


@contextmanager
def whole(ask: Ask, what: str, largest: int) -> Iterator[tuple[bytes, dict[str, str]] | None]:
    """(all of it, what the next run asks with) of a source that is read as a whole; None where it has not changed.

    Raises:
        BadSource: it is larger than so many bytes, or the address does not answer with a file.
    """
    with opened(ask) as source:
        if source is None:
            yield None
            return
        raw = source.stream.read(largest + 1)
        if len(raw) > largest:
            raise BadSource(f"The {what} is larger than {largest // 1_000_000} MB; bring it in parts.")
        yield raw, source.state


@contextmanager
def archive(stream: IO[bytes], name: str) -> Iterator[zipfile.ZipFile | None]:
    """The ZIP archive that a file is, or None where it is none.

    Raises:
        BadSource: it is damaged, locked, or packed in a way that is not read here.
    """
    start = stream.read(4)
    stream.seek(0)
    if start != b"PK\x03\x04":
        yield None
        return
    try:
        with zipfile.ZipFile(stream) as found:
            yield found
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        said = shorter(str(error), 200)
        raise BadSource(f"{name[:100]} is damaged or packed in a way that is not read: {said}") from None


def expect(status: int, address: str) -> None:
    """An answer that is one.

    Raises:
        BadSource: it is not.
    """
    if status != 200:
        hint = {401: "ask for a key", 403: "ask for a key", 404: "check the address", 429: "ask less often"}
        todo = hint.get(status, "try again later" if status >= 500 else "check the address")
        raise BadSource(f"{shorter(address, 200)} answers with status {status}; {todo}.")
