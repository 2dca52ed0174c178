"""Reading from addresses that people named, or that strangers sent us on to.

What `http` says of addresses holds for every step of the way: redirects are followed, and each is looked at like the
first. Bytes are counted after unpacking, time as a whole, and what is too long or too slow is an error, not a part of
the answer: half a document is never taken for the whole.
"""

import ssl
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import IO, Final
from urllib.parse import urljoin

from landbridge.lib.doors.http import Connection, Failed, Networks, ended_after, resolve, target

MOST_BYTES: Final = 200_000_000
SECONDS: Final = 120.0
MOST_REDIRECTS: Final = 5
IN_MEMORY: Final = 1_000_000
"""Bytes of an answer that are held in memory; the rest lies in a file that nobody else sees."""
_CHUNK: Final = 1 << 16
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass
class Fetched:
    """What came back; `body` stands at its beginning and is open only inside `fetched`."""

    status: int
    url: str
    """The address that answered, after redirects."""
    headers: dict[str, str]
    """By their names in small letters."""
    body: IO[bytes]
    size: int

    def read(self) -> bytes:
        """All of it."""
        self.body.seek(0)
        return self.body.read()


class TooMuch(Failed):
    """The answer is longer than what was agreed to be read."""


@contextmanager
def fetched(
    url: str,
    *,
    method: str = "GET",
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    neighbours: Networks = (),
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Iterator[Fetched]:
    """Ask an address, follow its redirects (a GET only), and give the whole answer, unpacked, whatever its status.

    `neighbours` are the networks beyond the open Internet that the operator lets this node call.

    Raises:
        Unsafe: an address on the way is none that may be called.
        TooMuch: the answer is longer than `most_bytes`, after unpacking.
        Failed: nobody answered in time, or not as HTTP does, or the answer breaks off.
    """
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
        until = time.monotonic() + seconds
        asked = {"Accept-Encoding": "gzip", "User-Agent": "Landbridge", "Connection": "close", **(headers or {})}
        for _ in range(MOST_REDIRECTS + 1):
            answer = _ask(url, method, data, asked, neighbours, until, body, most_bytes)
            onward = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not onward or method != "GET":
                body.seek(0)
                yield answer
                return
            onward = urljoin(url, onward)
            if _host(onward) != _host(url):  # A secret is for the host that it was meant for.
                asked = {name: value for name, value in asked.items() if name.lower() != "authorization"}
            url = onward
            body.seek(0)
            body.truncate()
        raise Failed(f"More than {MOST_REDIRECTS} redirects.")


def _host(url: str) -> tuple[str, str, int]:
    to = target(url, local=True)
    return to.scheme, to.host, to.port


def _ask(
    url: str, method: str, data: bytes | None, headers: Mapping[str, str], neighbours: Networks, until: float,
    body: IO[bytes], most_bytes: int,
) -> Fetched:  # fmt: skip
    to = target(url, local=True)
    seconds = max(until - time.monotonic(), 0.1)
    address = resolve(to, neighbours=neighbours)[0]
    with closing(Connection(to, address, min(seconds, 30))) as connection, ended_after(connection, seconds):
        try:
            connection.request(method, to.path, data, dict(headers))
            response = connection.getresponse()
            size = _unpacked(response, body, most_bytes)
            if time.monotonic() >= until:  # Cut off by the clock: the end that it came to is not its own.
                raise Failed("The answer took too long.")
            told = {name.lower(): value for name, value in response.getheaders()}
            return Fetched(response.status, url, told, body, size)
        except Failed:
            raise
        except ssl.SSLError as error:
            raise Failed(f"No secure connection: {(error.reason or 'TLS failed')[:80]}") from None
        except TimeoutError:
            raise Failed("No answer in time.") from None
        except HTTPException as error:
            raise Failed(f"The answer is not HTTP, or it breaks off: {type(error).__name__}") from None
        except (OSError, ValueError, AttributeError) as error:  # AttributeError: cut off while it was reading.
            if time.monotonic() >= until:
                raise Failed("The answer took too long.") from None
            raise Failed(f"No connection: {getattr(error, 'strerror', None) or type(error).__name__}"[:120]) from None


def _unpacked(response: HTTPResponse, body: IO[bytes], most_bytes: int) -> int:
    """Write the answer into `body` as it comes, never more of it than was agreed: how many bytes."""
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise Failed(f"The answer is packed as {encoding[:20]}, which was not asked for.")
    unpack = None if encoding == "identity" else zlib.decompressobj(wbits=47 if "gzip" in encoding else 15)
    size = 0
    while chunk := response.read(_CHUNK):
        for piece in _pieces(unpack, chunk):
            size += len(piece)
            if size > most_bytes:
                raise TooMuch(f"The answer is longer than {most_bytes / 1_000_000:g} MB.")
            body.write(piece)
    if response.length:  # Bytes were announced that did not come; `read` says nothing of it.
        raise Failed("The answer breaks off.")
    if unpack is not None and not unpack.eof and size:
        raise Failed("The packed answer breaks off.")
    return size


def _pieces(unpack: "zlib._Decompress | None", chunk: bytes) -> Iterator[bytes]:
    """What a chunk unpacks to, in pieces of bounded size: a bomb is noticed long before it has gone off."""
    if unpack is None:
        yield chunk
        return
    try:
        while chunk:
            yield unpack.decompress(chunk, _CHUNK * 4)
            chunk = unpack.unconsumed_tail
    except zlib.error:
        raise Failed("The packed answer is damaged.") from None
