"""What is made of all label files, kept in the data folder until one of them, or the way they are read, changes."""

import gc
import hashlib
import logging
import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from django.conf import settings

from landbridge.formats import vocabulary
from landbridge.search import analysis, patterns, stopwords, turned, wordforms
from landbridge.search.network import Network, build_network, imported_folder

logger = logging.getLogger(__name__)

CACHE_VERSION: Final = 21
Made = TypeVar("Made")


def _code_digest() -> "hashlib._Hash":
    """Changes with the programs that make tokens of texts: labels and records must be read in the same way."""
    digest = hashlib.sha256(str(CACHE_VERSION).encode())
    for program in (analysis, patterns, stopwords, turned, wordforms):
        digest.update(Path(str(program.__file__)).read_bytes())
    return digest


def fingerprint() -> str:
    """Changes whenever a label file changes: then texts are understood anew."""
    digest = _code_digest()
    files = [*vocabulary.FOLDER.rglob("*.tsv"), *imported_folder().glob("*.tsv")]
    for path in sorted(files):
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@cache
def shipped_digest() -> str:
    """Changes whenever a shipped label does: then what the index holds of every record was read with other words."""
    digest = _code_digest()
    for path in sorted(vocabulary.FOLDER.rglob("*.tsv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def load_network() -> Network:
    """The network from its cache in the data folder, or built and cached."""
    return from_cache("labels", build_network)


def from_cache(name: str, build: Callable[[], Made]) -> Made:
    """What is made of all label files, read from the data folder, or made now and kept there until a label changes.

    Reading takes a tenth of the time and leaves no litter in memory. The file is this node's own, as trusted as its
    database.
    """
    path = Path(settings.DATA) / "index" / f"{name}-{fingerprint()}.pickle"
    if path.is_file():
        try:
            with path.open("rb") as file:
                kept: Made = pickle.load(file)  # noqa: S301 - our own file, see above
                return kept
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError) as error:
            logger.warning("The cache %s cannot be read (%s) and is made anew", path.name, error)
    made = _undisturbed(build)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name}-*.pickle"):
        old.unlink(missing_ok=True)
    # Several processes may make it at once: each writes a file of its own, and the last one stays.
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
    partial.replace(path)
    return made


def _undisturbed(build: Callable[[], Made]) -> Made:
    """What is built, without looking for litter meanwhile: among a million new objects that stay it finds none, and
    takes a quarter of the time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        return build()
    finally:
        if looking:
            gc.enable()
