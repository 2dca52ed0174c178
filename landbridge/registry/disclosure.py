"""What of a record a reader is shown: tiered disclosure, answers that are never public, and blurred places.

Title and summary are the public abstract. What its people withhold is shown to those who work for the owner and to the
parties that the record itself names; nobody else's search, facet, feed, export or API answer holds a word of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry.rules import Reader, is_own
from landbridge.registry.writing import digest

if TYPE_CHECKING:  # The views are made by `queries`, which asks this module about each.
    from landbridge.registry.queries import RecordView

_BLUR_DECIMALS: Final = 1
"""A blurred point is given to a tenth of a degree: some eleven kilometres at the equator."""
ALWAYS_TOLD: Final = frozenset({"title", "summary", "withheld"})


def sees_whole(reader: Reader, view: "RecordView") -> bool:
    """Whether the reader sees every answer of the record."""
    if reader.sees_all or is_own(reader, view.owner, view.author):
        return True
    return bool(reader.speaks_for & set(view.data.get("disclosed_to") or ()))


def disclosed(view: "RecordView", reader: Reader) -> "RecordView":
    """The record with the answers that the reader may see, and the digest of those."""
    if sees_whole(reader, view):
        return view
    data = public_part(view.format, view.data)
    return view if data is view.data else replace(view, data=data, sha256=digest(data))


def public_part(format: str, data: dict[str, Any]) -> dict[str, Any]:
    """The answers that everybody may see; the same object where nothing is held back."""
    hidden = _hidden(format, data)
    point = data.get("point")
    is_blurred = isinstance(point, Mapping) and point.get("blurred") and "point" not in hidden
    if not hidden and not is_blurred:
        return data
    shown = {name: answer for name, answer in data.items() if name not in hidden}
    if is_blurred:
        shown["point"] = {**data["point"], **{axis: round(data["point"][axis], _BLUR_DECIMALS) for axis in _AXES}}
    return shown


_AXES: Final = ("latitude", "longitude")


def _hidden(format: str, data: Mapping[str, Any]) -> set[str]:
    asked = questions(FORMATS[format])
    never = {name for name in data if name in asked and not asked[name].public}
    withheld = set(data.get("withheld") or ()) - ALWAYS_TOLD
    return (never | withheld) & set(data)
