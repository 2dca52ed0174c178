"""Terms of the CBD's thesaurus in our vocabularies: by identifier, by the table, by their labels as the thesaurus has
them. What we have no term for is told beside the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.exchange.in_.sources.known import line, table
from landbridge.formats.fields import Terms

MOST_LOOKED_UP: Final = 300
"""Names that are asked for in one run."""
Ask = Callable[[str], Any]


@dataclass
class Names:
    """What identifiers are called, asked for once each: terms of the thesaurus and documents."""

    ask: Ask
    """An address below the API to its JSON, or None."""
    _known: dict[str, Any] = field(default_factory=dict)

    def of(self, where: str) -> Any:
        """What stands at the address, or None."""
        if where not in self._known:
            self._known[where] = self.ask(where) if len(self._known) < MOST_LOOKED_UP else None
        return self._known[where]


def identifier(said: Any) -> str:
    """The identifier of a term or a reference, which is an object or the bare word."""
    found = said.get("identifier", "") if isinstance(said, Mapping) else said
    return line(str(found), 200) if isinstance(found, str | int) else ""


def labels(said: Any) -> list[str]:
    """What a term is called, in all languages: its own name, or what somebody wrote instead."""
    if not isinstance(said, Mapping):
        return [said] if isinstance(said, str) else []
    found = []
    for name in ("title", "name", "customValue", "shortTitle"):
        value = said.get(name)
        found += list(value.values()) if isinstance(value, Mapping) else [value]
    return [line(text, 200) for text in found if isinstance(text, str) and text.strip()]


def terms(question: Terms, said: list[Any], names: Names) -> tuple[list[str], list[str]]:
    """(our terms for a question, what there is none for)."""
    ours: dict[str, None] = {}
    strange: dict[str, None] = {}
    for one in said:
        found = _ours(question, one, names)
        if found is None:
            strange[" ".join(dict.fromkeys([identifier(one), *labels(one)]))] = None
        else:
            ours[found] = None
    return list(ours), [text for text in strange if text.strip()]


def _ours(question: Terms, said: Any, names: Names) -> str | None:
    name = identifier(said)
    given = [name, *table("cbd_terms").get(name, ()), *labels(said)]
    found = _first(question, given)
    if found is None and name and not labels(said):
        found = _first(question, labels(names.of(f"thesaurus/terms/{name}")))
    return found


def _first(question: Terms, given: list[str]) -> str | None:
    for text in given:
        term = question.find(text) if text else None
        if term is not None:
            return question.keep(term)
    return None
