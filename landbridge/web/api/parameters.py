"""The parameters that several addresses take, each with its bounds."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from django.utils.translation import gettext
from pydantic import BeforeValidator, Field

from landbridge.formats.library import FORMATS
from landbridge.web.api.problems import ProblemError, invalid

MOST_VALUES: Final = 50


def _parted(given: Any) -> Any:
    """Values repeated or separated by commas, without the empty ones and each once."""
    values = given if isinstance(given, list) else [given]
    if not all(isinstance(value, str) for value in values):
        return given
    parts = (part.strip() for value in values for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))


Many = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    BeforeValidator(_parted),
    Field(max_length=MOST_VALUES),
]
"""A filter: several values, repeated or separated by commas, are alternatives."""

PageSize = Annotated[int, Field(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str, Field(max_length=400, description="Where the page before ended: its `next`.")]
RecordId = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]*$")]


def known_formats(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values, which must be formats.

    Raises:
        ProblemError: one is not.
    """
    for value in values:
        if value not in FORMATS:
            message = gettext("“%(value)s” is not a format; there are %(formats)s.")
            raise invalid(name, message % {"value": value[:40], "formats": ", ".join(FORMATS)}, "format")
    return tuple(values)


def not_a_place(name: str) -> ProblemError:
    """The problem with a name that names no place."""
    message = gettext("“%(place)s” is not a country or region; use ISO 3166, M49 or its name.")
    return invalid("place", message % {"place": name[:60]}, "place")
