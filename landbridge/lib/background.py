"""Work that must not hold up those who follow the journal: it is done in a thread of its own."""

import logging
import threading
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_going_on: set[threading.Thread] = set()


def _nothing() -> None:
    """Nothing more to do."""


def begin(
    work: Callable[[], object], *, name: str, doing: str, after: Callable[[], object] = _nothing,
    failed: Callable[[], object] = _nothing,
) -> None:  # fmt: skip
    """Do the work in a thread of this name.

    What goes wrong is logged as the failing of `doing`, since there is nobody to raise it to, then `failed` is called;
    whoever begins such work tries it again by the clock. `after` is called in the end, however it went.
    """

    def run() -> None:
        try:
            work()
        except Exception:
            logger.exception("%s failed; it is tried again", doing)
            failed()
        finally:
            after()
            connections.close_all()
            with _lock:
                _going_on.discard(threading.current_thread())

    thread = threading.Thread(target=run, name=name, daemon=True)
    with _lock:
        _going_on.add(thread)
    thread.start()


def busy() -> bool:
    """Whether any such work is going on in this process: it would be broken off if the process ended now."""
    with _lock:
        return bool(_going_on)
