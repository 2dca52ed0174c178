"""What the index keeps of an expert beside what it keeps of every record."""

from collections.abc import Mapping
from typing import Any, Final

LEVELS: Final = ("fair", "good", "excellent", "native")
"""Levels of a language from the lowest; each holds all below it."""
VETTING: Final = ("self_declared", "nominated", "approved", "referenced")


def facets_of(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The facets of an expert's record: kinds of expertise, languages (`fr`, and `fr:good` for this level at least),
    and the state of vetting."""
    spoken: dict[str, None] = {}
    for skill in data.get("languages") or ():
        language, level = skill["language"], skill.get("level")
        known = LEVELS[: LEVELS.index(level) + 1] if level in LEVELS else ()
        spoken.update(dict.fromkeys((language, *(f"{language}:{one}" for one in known))))
    return {
        "expertise": tuple(data.get("kinds") or ()), "speaks": tuple(spoken),
        "vetting": tuple(filter(None, (_vetting(data),))),
    }  # fmt: skip


def _vetting(data: Mapping[str, Any]) -> str:
    """The state of vetting; empty for whoever withholds it."""
    return "" if "vetting" in (data.get("withheld") or ()) else data.get("vetting") or VETTING[0]


def kept_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the roster shows of an expert, beside what every row has."""
    skills = [[one["language"], one.get("level") or ""] for one in data.get("languages") or ()]
    return {
        "kinds": list(data.get("kinds") or ()), "skills": skills, "vetting": _vetting(data),
        "period": data.get("available_period") or {}, "travels": bool(data.get("travels")),
        "remote": bool(data.get("works_remotely")),
    }  # fmt: skip
