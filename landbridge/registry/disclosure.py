"""What of a record a reader is shown: tiered disclosure, answers that are never public, and blurred places.

Title and summary are the public abstract. What its people withhold is shown to those who work for the owner and to the
parties that the record itself names; nobody else's search, facet, feed, export or API answer holds a word of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from landbridge.formats.format import ALWAYS_TOLD, questions
from landbridge.formats.library import FORMATS
from landbridge.registry.rules import Reader, is_own
from landbridge.registry.writing import digest

if TYPE_CHECKING:  # The views are made by `queries`, which asks this module about each.
    from landbridge.registry.queries import RecordView

WHO_ASKS: Final = frozenset({"requester", "contacts"})
"""What a need does not tell the public when whoever asks does not want to be shown."""
_BLUR_DECIMALS: Final = 1
"""A blurred point is given to a tenth of a degree: some eleven kilometres at the equator."""


def sees_whole(reader: Reader, view: "RecordView", now: Mapping[str, Any] | None = None) -> bool:
    """Whether the reader sees every answer of the record; `now` as `disclosed` has it."""
    if reader.sees_all or is_own(reader, view.owner, view.author):
        return True
    if reader.vets and view.format == "expert":
        return True  # Whoever vets an expert must see what they vet.
    return bool(reader.speaks_for & set((view.data if now is None else now).get("disclosed_to") or ()))


def disclosed(view: "RecordView", reader: Reader, now: Mapping[str, Any] | None = None) -> "RecordView":
    """The record with the answers that the reader may see, and the digest of those.

    `now` holds the answers of the published revision where the view is another one: what a community withholds today
    is withheld from what it told before as well.
    """
    if sees_whole(reader, view, now):
        return view
    data = public_part(view.format, view.data, now)
    return view if data is view.data else replace(view, data=data, sha256=digest(data))


def public_part(format: str, data: dict[str, Any], now: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answers that everybody may see; the same object where nothing is held back. `now` as `disclosed` has it."""
    hidden = hidden_names(format, data, now)
    is_blurred = "point" in data and "point" not in hidden and (_blurs(data) or _blurs(now or {}))
    if not hidden and not is_blurred:
        return data
    shown = {name: answer for name, answer in data.items() if name not in hidden}
    if is_blurred:
        near = {axis: round(data["point"][axis], _BLUR_DECIMALS) for axis in _AXES}
        shown["point"] = {**data["point"], **near, "blurred": True}
    return shown


def hidden_names(format: str, data: Mapping[str, Any], now: Mapping[str, Any] | None = None) -> set[str]:
    """The names of the answers that not everybody may see."""
    asked = questions(FORMATS[format])
    never = {name for name in data if name in asked and not asked[name].public}
    if data.get("anonymous") or (now or {}).get("anonymous"):
        never |= WHO_ASKS
    withheld = {*(data.get("withheld") or ()), *((now or {}).get("withheld") or ())} - ALWAYS_TOLD
    return (never | withheld) & set(data)


def kept(format: str, whole: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody wrote who saw only the public part of `whole`: what was held back from them, and from whom it is,
    stays as it is, and so does the exact place behind a blurred one."""
    fixed = hidden_names(format, whole) | {"withheld", "disclosed_to"}
    answers = {name: answer for name, answer in written.items() if name not in fixed}
    answers.update({name: whole[name] for name in fixed if name in whole})
    if "point" not in fixed and _blurs(whole) and _is_near(whole["point"], answers.get("point")):
        answers["point"] = whole["point"]
    return answers


def _is_near(exact: Mapping[str, Any], told: Any) -> bool:
    if not isinstance(told, Mapping):
        return False
    return all(told.get(axis) in (exact[axis], round(exact[axis], _BLUR_DECIMALS)) for axis in _AXES)


def _blurs(data: Mapping[str, Any]) -> bool:
    point = data.get("point")
    return isinstance(point, Mapping) and bool(point.get("blurred"))


_AXES: Final = ("latitude", "longitude")
