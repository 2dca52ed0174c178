"""What a form sent, by the paths of its controls; anything may be in it, and nothing of it is trusted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from landbridge.formats import tidy

MOST_ROWS: Final = 300
_ROW: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Posted:
    """The fields of a form: name to its values, without what no text can hold."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, form: QueryDict) -> "Posted":
        return cls({tidy.printable(name): tuple(map(tidy.printable, form.getlist(name))) for name in form})

    def text(self, path: str) -> str:
        """The one value of a control, the last where a name stands twice."""
        given = self.values.get(path, ())
        return given[-1] if given else ""

    def every(self, path: str) -> list[str]:
        """All that was ticked, each once, without the empty one that says that the question was there."""
        return [one for one in dict.fromkeys(self.values.get(path, ())) if one.strip()]

    def has(self, path: str) -> bool:
        """Whether a control of this path was on the page."""
        start = f"{path}."
        return path in self.values or any(name.startswith(start) for name in self.values)

    def under(self, path: str) -> Iterator[tuple[str, str]]:
        """What follows the path in the names of its controls, with the value."""
        start = f"{path}."
        for name, given in self.values.items():
            if name.startswith(start) and given:
                yield name[len(start) :], given[-1]

    def moved(self, path: str, verb: str, at: int) -> "Posted":
        """The same with one row taken away, or changed for the one before or after it."""
        rows, row = self.rows(path), f"{path}.{at}"
        if row not in rows:
            return self
        if verb == "remove":
            return Posted({name: given for name, given in self.values.items() if not name.startswith(f"{row}.")})
        place = rows.index(row) + (1 if verb == "down" else -1)
        if verb not in ("up", "down") or not 0 <= place < len(rows):
            return self
        other = rows[place]
        return Posted({_exchanged(name, row, other): given for name, given in self.values.items()})

    def rows(self, path: str) -> list[str]:
        """The paths of the rows of a group, in their order."""
        found = {rest.partition(".")[0] for rest, _ in self.under(path)}
        numbers = sorted({int(one) for one in found if one.isascii() and _ROW.fullmatch(one)})
        return [f"{path}.{number}" for number in numbers[:MOST_ROWS]]


def _exchanged(name: str, one: str, other: str) -> str:
    """The name of a control after two rows changed places."""
    for here, there in ((one, other), (other, one)):
        if name.startswith(f"{here}."):
            return there + name[len(here) :]
    return name
