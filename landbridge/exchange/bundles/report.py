"""What is told of a bundle: what stands in it, and what came of it or would come."""

from dataclasses import dataclass, field
from typing import Any, Final

MOST_TOLD: Final = 100


@dataclass
class Report:
    """What stands in a bundle, and what came of it or would come."""

    node: str = ""
    name: str = ""
    made: str = ""
    kind: str = ""
    volume: int = 1
    last: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    formats: dict[str, int] = field(default_factory=dict)
    """Format to the number of records that are new or changed."""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Codes: `older` when we have read further by a line, `own` when this node made it."""
    files: int = 0
    items: list[dict[str, Any]] = field(default_factory=list)
    """Of a work bundle: what came of each piece of work."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept: what is told one by one only to some number, as the counts tell of all."""
        return {**vars(self), "problems": self.problems[:MOST_TOLD], "items": self.items[: 3 * MOST_TOLD]}
