"""The way through a form: its sections with how much is told, and what to tell next so that it matches better."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from landbridge.formats.format import SECTIONS, CommonFormat, questions, sections
from landbridge.registry.merging import is_empty
from landbridge.web.forms.read import NEVER_TYPED
from landbridge.web.labels import criterion_name, said

_MATTERS: Final = {
    "place": "place", "support": "support", "technology": "topic", "trl": "maturity", "served": "place",
    "ip": "rights", "language": "language", "ecosystem": "topic", "cost": "cost", "power": "capacity",
    "theme": "topic", "target": "topic", "skills": "capacity", "cost_basis": "cost", "deadline": "time",
    "open": "time", "water": "capacity", "connectivity": "capacity", "subject": "topic",
}  # fmt: skip
"""Role of a question to the criterion of a match that its answer serves, what decides most first."""
NEXT: Final = 3


@dataclass(frozen=True)
class Step:
    """A section of the form: how many of its questions are answered."""

    id: str
    title: str
    told: int
    count: int
    current: bool
    wrong: bool = False

    @property
    def complete(self) -> bool:
        return self.told == self.count


@dataclass(frozen=True)
class Advice:
    """A question that is worth answering, and what that is good for."""

    name: str
    section: str
    label: str
    criterion: str


def named(model: type[CommonFormat], section: str) -> tuple[str, ...]:
    """The questions of a section that a form asks."""
    return tuple(name for name in sections(model).get(section, ()) if name not in NEVER_TYPED)


def steps(
    model: type[CommonFormat], answers: Mapping[str, Any], current: str, wrong: frozenset[str] = frozenset()
) -> list[Step]:
    """All sections of a form."""
    found = []
    for section in sections(model):
        names = named(model, section)
        told = sum(not is_empty(answers.get(name)) for name in names)
        found.append(Step(section, said(SECTIONS[section]), told, len(names), section == current, section in wrong))
    return found


def after(model: type[CommonFormat], section: str) -> str:
    """The section that follows, empty after the last."""
    every = [*sections(model), ""]
    return every[every.index(section) + 1] if section in every[:-1] else ""


def advice(model: type[CommonFormat], answers: Mapping[str, Any]) -> list[Advice]:
    """At most three questions to answer next, each for another criterion of a match."""
    where = {name: section for section, names in sections(model).items() for name in names}
    by_role: dict[str, tuple[str, str]] = {}
    for name, question in questions(model).items():
        if question.role in _MATTERS and is_empty(answers.get(name)):
            by_role.setdefault(question.role, (name, question.label))
    chosen: dict[str, Advice] = {}
    for role, criterion in _MATTERS.items():
        if role in by_role and criterion not in chosen and len(chosen) < NEXT:
            name, label = by_role[role]
            chosen[criterion] = Advice(name, where[name], said(label), criterion_name(criterion))
    return list(chosen.values())
