"""Objects of a JSON file, one after the other, whether they stand a line each or in one array of any size."""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

import orjson

from landbridge.exchange.in_.door import BadSource

LONGEST: Final = 5_000_000
"""Characters of one object."""
LARGEST: Final = 5_000_000_000
"""Bytes of a file once unpacked."""
_CHUNK: Final = 1 << 18
_BETWEEN: Final = " \t\r\n,"


def objects(stream: IO[bytes], name: str) -> Iterator[Mapping[str, Any] | str]:
    """Each object, or why it is none.

    Raises:
        BadSource: the file is no JSON, or not any further.
    """
    text = _Text(stream)
    try:
        start = text.read()
        if not start.strip():
            raise BadSource(f"{name[:100]} is empty; there is nothing to read.")
        if start.lstrip().startswith("["):
            yield from _array(text, start.lstrip()[1:], name)
        else:
            yield from _lines(text, start, name)
    except UnicodeDecodeError as error:
        raise BadSource(f"{name[:100]} is not in UTF-8 ({error.reason}).") from None


class _Text:
    """The text of a stream, piece by piece; the stream stays open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._decoder, self._size = stream, codecs.getincrementaldecoder("utf-8-sig")(), 0

    def read(self) -> str:
        """The next piece; empty at the end."""
        while raw := self._stream.read(_CHUNK):
            self._size += len(raw)
            if self._size > LARGEST:
                raise BadSource(f"The file unpacks to more than {LARGEST // 1_000_000_000} GB.")
            if text := self._decoder.decode(raw):
                return text
        return self._decoder.decode(b"", final=True)


def _lines(text: _Text, start: str, name: str) -> Iterator[Mapping[str, Any] | str]:
    lines = _joined(text, start, name)
    for line in lines:
        if line.strip():
            try:
                one = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield f"This line is not valid JSON: {str(error)[:100]}"
            else:
                yield one if isinstance(one, Mapping) else "This line holds no object."


def _joined(text: _Text, start: str, name: str) -> Iterator[str]:
    waiting = start
    while True:
        *whole, waiting = waiting.split("\n")
        yield from whole
        if len(waiting) > LONGEST:
            raise BadSource(f"{name[:100]} has a line of more than {LONGEST // 1_000_000} million characters.")
        more = text.read()
        if not more:
            yield waiting
            return
        waiting += more


def _array(text: _Text, waiting: str, name: str) -> Iterator[Mapping[str, Any] | str]:
    decoder, at = json.JSONDecoder(), 0
    while True:
        at = _skipped(waiting, at)
        if at < len(waiting) and waiting[at] == "]":
            return
        try:
            if at == len(waiting):
                raise json.JSONDecodeError("", waiting, at)
            one, at = decoder.raw_decode(waiting, at)
        except json.JSONDecodeError as error:
            more = text.read()
            waiting, at = waiting[at:] + more, 0
            if not more or len(waiting) > LONGEST:
                raise BadSource(f"{name[:100]} is not valid JSON, or breaks off: {str(error)[:100]}") from None
        except RecursionError:
            raise BadSource(f"{name[:100]} is nested too deeply.") from None
        else:
            yield one if isinstance(one, Mapping) else "This is no object."


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BETWEEN:
        at += 1
    return at
