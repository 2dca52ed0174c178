"""What must be there before a record may be shown: consent for traditional knowledge and community technologies."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from landbridge.formats.validate import InvalidRecord, Problem

COMMUNITY_TECHNOLOGY: Final = frozenset({"traditional-knowledge"})
"""Terms of `technology_types` that say that a technology comes from a community."""


class Unsafe(InvalidRecord):
    """The record may be kept as a draft, and must not be shown as it is."""


TELLING: Final = frozenset({"technology", "case_study", "resource"})
"""The formats that pass knowledge on; a need or an organisation only speaks of it."""


def involves_traditional_knowledge(data: Mapping[str, Any]) -> bool:
    """Whether a record speaks of traditional knowledge, by its own word, a label of a community, or its kind."""
    kinds = set(data.get("technology_types") or ())
    told = data.get("traditional_knowledge") is True or bool(data.get("tk_labels"))
    return told or bool(COMMUNITY_TECHNOLOGY & kinds)


def problems(format: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    """What keeps the record from being shown, each with its remedy."""
    if format in TELLING and involves_traditional_knowledge(data) and not data.get("consent_reference"):
        yield Problem(
            "consent_reference",
            "Traditional knowledge is involved: name the free, prior and informed consent that covers this text, "
            "or leave the knowledge out.",
            "consent_missing",
        )


def require_consent_to_list(format: str, data: Mapping[str, Any]) -> None:
    """A person is listed only when they agreed to it. A roster that the operator loads was asked where it was kept,
    and an invented person cannot be asked.

    Raises:
        Unsafe: an expert without that consent.
    """
    if format == "expert" and not data.get("consent_to_list") and not data.get("sample"):
        message = "Nobody stands in the roster without having agreed: ask the expert, and say so here."
        raise Unsafe([Problem("consent_to_list", message, "consent_missing")])


def require_safe(format: str, data: Mapping[str, Any]) -> None:
    """Go on only when nothing is in the way of showing the record.

    Raises:
        Unsafe: with all problems at once.
    """
    found = list(problems(format, data))
    if found:
        raise Unsafe(found)
