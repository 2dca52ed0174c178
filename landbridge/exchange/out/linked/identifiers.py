"""Identifiers as people write them, told apart: which kind it is, its plain value, and the address that leads there."""

import re
from typing import Final

_KINDS: Final = (
    ("DOI", re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE), "https://doi.org/{}"),
    ("ROR", re.compile(r"(?:https?://ror\.org/|ror:\s*)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})", re.IGNORECASE), "https://ror.org/{}"),
    ("ORCID", re.compile(r"(?:https?://orcid\.org/|orcid:\s*)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.IGNORECASE),
     "https://orcid.org/{}"),
    ("ISBN", re.compile(r"(?:isbn(?:-1[03])?:?\s*)?((?:97[89][- ]?)?(?:\d[- ]?){9}[\dX])", re.IGNORECASE), ""),
    ("Handle", re.compile(r"(?:https?://hdl\.handle\.net/|hdl:\s*)(\S+/\S+)", re.IGNORECASE), "https://hdl.handle.net/{}"),
    ("URL", re.compile(r"(https?://\S+)", re.IGNORECASE), "{}"),
)  # fmt: skip
"""(kind, what it looks like, where it leads)."""


def identified(text: str) -> tuple[str, str]:
    """The kind of an identifier and its plain value; `Local` where the kind is not known."""
    for kind, form, _ in _KINDS:
        found = form.fullmatch(text.strip())
        if found:
            return kind, found[1]
    return "Local", text.strip()


def leads_to(kind: str, value: str) -> str:
    """The address behind an identifier, empty where there is none."""
    return next((template.format(value) for name, _, template in _KINDS if name == kind and template), "")
