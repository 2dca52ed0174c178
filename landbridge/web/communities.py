"""The word of indigenous peoples and local communities as records show it: their labels, verbatim, with their address.

The name of a label is its official one and is not translated: what it says is for its makers to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from landbridge.formats.vocabulary import vocabulary

_CERTIFICATE: Final = re.compile(r"\b(ABSCH-IRCC-[A-Z]{2}-\d{4,8})-(\d{1,2})\b")
"""The number of an internationally recognised certificate of compliance: its document and its version."""


@dataclass(frozen=True)
class Label:
    """A Traditional Knowledge or Biocultural label: its official English name, and where Local Contexts tells of it."""

    name: str
    address: str


def labels_named(identifiers: Iterable[str]) -> tuple[Label, ...]:
    """The labels with these ids; one that the vocabulary no longer has is shown by its id."""
    terms = vocabulary("tk_labels").terms
    return tuple(
        Label(terms[one].label("en"), terms[one].extra.get("uri", "")) if one in terms else Label(one, "")
        for one in identifiers
    )


def with_certificates(text: str) -> SafeString:
    """A reference of access and benefit-sharing, its certificates linked to the ABS Clearing-House."""
    shown, end = SafeString(""), 0
    for found in _CERTIFICATE.finditer(text):
        address = f"https://absch.cbd.int/en/database/IRCC/{found[1]}/{found[2]}"
        link = format_html('<a href="{}" rel="noopener"><bdi dir="ltr">{}</bdi></a>', address, found[0])
        shown = format_html("{}{}{}", shown, text[end : found.start()], link)
        end = found.end()
    return format_html("{}{}", shown, text[end:])
