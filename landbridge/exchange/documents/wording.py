"""The words of a paper form in one language, lent by the room that has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How things are called in a language, and how rich text is written on paper and read from it."""

    language: str
    said: Callable[[str], str]
    """A label or help of a format, or another text of the interface."""
    choices: Mapping[str, str]
    """A fixed answer (`on_site`) to its words."""
    term: Callable[[str, str], str]
    """Vocabulary and id of a term to its label."""
    tongue: Callable[[str], str]
    """A language tag to the name of the language."""
    plain: Callable[[str], str]
    """Clean HTML as one would type it."""
    rich: Callable[[str], str]
    """What is typed as clean HTML."""
