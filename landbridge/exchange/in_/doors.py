"""The doors in that this node has, as the settings name them; each is read when it is first asked for."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from landbridge.exchange.in_.door import Door


@cache
def door(name: str) -> Door:
    """The door of this name.

    Raises:
        LookupError: there is none.
    """
    path = settings.DOORS.get(name)
    if path is None:
        raise LookupError(f"There is no door {name!r}; there are {', '.join(settings.DOORS)}.")
    return cast(Door, import_string(path)())


def doors() -> list[Door]:
    """All of them, in the order of the settings."""
    return [door(name) for name in settings.DOORS]
