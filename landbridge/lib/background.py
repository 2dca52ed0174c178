"""Work that must not hold up those who follow the journal: it is done in a thread of its own."""

import logging
import threading
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger(__name__)


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

    threading.Thread(target=run, name=name, daemon=True).start()
