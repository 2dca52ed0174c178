"""Tables of the labels that every process holds, in as little memory as they need.

As dictionaries and tuples they would be tens of megabytes, and each process that looks something up in them would get
a copy of its own, since looking counts references.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from zlib import crc32


@dataclass
class Numbers:
    """Tokens as numbers: patterns of numbers take a fifth of the memory that patterns of letters take.

    A number is the CRC-32 of the token, so that no table of sixty thousand words has to be held, and touched, by every
    process. Known tokens of one CRC get numbers apart; that an unknown one has the CRC of a known one happens once in
    seventy thousand.
    """

    known: "array[int]" = field(default_factory=lambda: array("I"))
    """In order, once all are told."""
    apart: dict[str, int] = field(default_factory=dict)

    def of(self, token: str) -> int:
        """The number of a token."""
        return self.apart.get(token) or crc32(token.encode(errors="surrogatepass"))

    def __contains__(self, token: str) -> bool:
        number = self.of(token)
        place = bisect_left(self.known, number)
        return place < len(self.known) and self.known[place] == number

    def take(self, tokens: Iterable[str]) -> None:
        """Know these tokens; once, before the first is looked for."""
        owners: dict[int, str] = {}
        for token in sorted(set(tokens)):
            number = self.of(token)
            while owners.setdefault(number, token) != token:
                number = self.apart[token] = (number + 1) % 2**32 or 1
        self.known = array("I", sorted(owners))


@dataclass
class Homonyms:
    """Words of one stem, each with its concepts, by their place in `senses`: which one is meant, the text tells.

    They are asked for rarely and kept as one run of bytes: as tuples they would take six times the memory.
    """

    at: "array[int]" = field(default_factory=lambda: array("i"))
    """Place in `senses` to where its words begin in `told`, or -1."""
    told: bytes = b""

    def words(self, place: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The words of a place with their concepts; none where no words share it."""
        start = self.at[place] if place < len(self.at) else -1
        if start < 0:
            return ()
        lines = self.told[start : self.told.index(b"\0", start)].decode(errors="surrogatepass").split("\n")
        return tuple((word, tuple(keys)) for word, *keys in (line.split("\t") for line in lines))

    def keep(self, labelled: dict[int, dict[str, list[str]]], places: int) -> None:
        """Keep the words of so many places."""
        self.at = array("i", [-1]) * places
        pieces: list[bytes] = []
        start = 0
        for place, words_ in labelled.items():
            lines = "\n".join("\t".join((word, *keys)) for word, keys in words_.items())
            pieces.append(lines.encode(errors="surrogatepass") + b"\0")
            self.at[place] = start
            start += len(pieces[-1])
        self.told = b"".join(pieces)
