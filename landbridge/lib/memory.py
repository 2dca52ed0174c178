"""Memory that a process has let go of, given back to the machine."""

import ctypes
from functools import cache
from typing import Any


@cache
def _trim() -> Any:
    """The function of the C library that does it, or None: only glibc has it."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Let the C library return what lies free between what is in use; now and then, not after each piece of work."""
    trim = _trim()
    if trim is not None:
        trim(0)
