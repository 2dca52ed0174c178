"""Tells English, Spanish and French apart with py3langid, in a fiftieth of the memory that it takes by itself.

The model knows 142 languages and walks a table of 39 MB. What three languages need of it is kept in the data folder:
the small parts in one file, the table in another that is mapped, so that only the pages that texts touch are read.
"""

import mmap
import os
import pickle
from array import array
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from landbridge.search.analysis import LATIN

_TABLE: Final = "tk_nextmove"
_WHOLE: Final = "_full_model"
"""The tables of all languages, which the library keeps in case somebody wants another choice."""


def _slots() -> list[str]:
    return [name for one in LanguageIdentifier.__mro__ for name in getattr(one, "__slots__", ())]


def _whole() -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    identifier.set_languages(list(LATIN))
    if hasattr(identifier, _WHOLE):
        setattr(identifier, _WHOLE, None)
    return identifier


def _folder() -> Path:
    return Path(settings.DATA) / "index" / f"languages-{version('py3langid')}"


def _write(folder: Path, identifier: Any) -> None:
    """Each file is written whole under another name first: two processes may do it at once."""
    table: array[int] = getattr(identifier, _TABLE)
    small = {name: getattr(identifier, name, None) for name in _slots() if name not in (_TABLE, _WHOLE)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("table", table.tobytes()), ("small", pickle.dumps((table.typecode, small), protocol=5))):
        partial = folder / f"{name}.{os.getpid()}"
        partial.write_bytes(content)
        partial.replace(folder / name)


def _mapped(folder: Path) -> Any:
    typecode, small = pickle.loads((folder / "small").read_bytes())  # noqa: S301 - our own file, as the database is
    identifier = LanguageIdentifier.__new__(LanguageIdentifier)
    for name, value in small.items():
        setattr(identifier, name, value)
    with (folder / "table").open("rb") as file:
        table = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    setattr(identifier, _TABLE, memoryview(table).cast(typecode))
    setattr(identifier, _WHOLE, None)
    return identifier


@cache
def _identifier() -> Any:
    if _TABLE not in _slots():
        return _whole()  # Another release of the library keeps its tables in another way.
    folder = _folder()
    if not (folder / "small").is_file() or not (folder / "table").is_file():
        _write(folder, _whole())
    return _mapped(folder)


def latin_language(text: str) -> str:
    """English, Spanish or French: the most likely language of a text of Latin script."""
    return str(_identifier().classify(text)[0])


def warm() -> None:
    """Load the model."""
    _identifier()
