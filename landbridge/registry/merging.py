"""Merging what two people, or two pages of the same person, wrote: piece by piece, and never by guessing.

A piece is an answer, or a text in one language: its path is `places` or `title.fr`. A piece that only one side changed
is taken from that side; one that both changed differently is a choice for the person.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from landbridge.formats.fields import Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS


def is_empty(answer: Any) -> bool:
    """Whether nothing was answered; no and zero are answers."""
    return answer is None or (isinstance(answer, str | list | dict) and not answer)


def fingerprint(answer: Any) -> str:
    """A short digest by which a page remembers what an answer was; empty for no answer."""
    if is_empty(answer):
        return ""
    return hashlib.sha256(orjson.dumps(answer, option=orjson.OPT_SORT_KEYS)).hexdigest()[:10]


def piece(answers: Mapping[str, Any], path: str) -> Any:
    """The answer, or the text in one language, at a path; None where there is none."""
    name, _, language = path.partition(".")
    answer = answers.get(name)
    if not language:
        return answer
    return answer.get(language) if isinstance(answer, Mapping) else None


def apply(answers: Mapping[str, Any], path: str, answer: Any) -> dict[str, Any]:
    """The answers with one piece put in, or taken out where it is empty."""
    name, _, language = path.partition(".")
    if language:
        there = answers.get(name)
        texts = {tag: text for tag, text in (there.items() if isinstance(there, Mapping) else ()) if tag != language}
        answer = texts if is_empty(answer) else {**texts, language: answer}
    rest = {key: value for key, value in answers.items() if key != name}
    return rest if is_empty(answer) else {**rest, name: answer}


def pieces(format: str, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All pieces of the answers; texts fall into their languages."""
    asked = questions(FORMATS[format])
    for name, answer in answers.items():
        if isinstance(answer, Mapping) and (isinstance(asked.get(name), Text) or name == "translations"):
            yield from ((f"{name}.{language}", text) for language, text in answer.items())
        else:
            yield name, answer


@dataclass(frozen=True)
class Choice:
    """A piece that both sides changed."""

    path: str
    mine: Any
    theirs: Any

    @property
    def both(self) -> list[Any] | None:
        """The two lists as one, where both are lists; what stands on both sides stands once."""
        if not (isinstance(self.mine, list) and isinstance(self.theirs, list)):
            return None
        return [*self.theirs, *(one for one in self.mine if one not in self.theirs)]


def merge(
    format: str, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Choice]]:
    """Both sides as one, and what the person must choose; until then the other side's stands there."""
    was, here, there = (dict(pieces(format, side)) for side in (base, mine, theirs))
    merged, choices = dict(theirs), []
    for path in dict.fromkeys([*there, *here, *was]):
        old, my, their = fingerprint(was.get(path)), fingerprint(here.get(path)), fingerprint(there.get(path))
        if my in (old, their):
            continue
        if their == old:
            merged = apply(merged, path, here.get(path))
        else:
            choices.append(Choice(path, here.get(path), there.get(path)))
    return merged, choices
