"""Tells English, Spanish and French apart with py3langid's model, in a fiftieth of the memory that the library takes.

The model is a table of 39 MB and some weights, laid out in the data folder by `language_model`. Here they are mapped,
so that only the pages that texts touch are read, and asked as the library asks them (naive Bayes over the features
that a walk through the table ends in). A test holds both to the same answers.
"""

import json
import math
import mmap
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from landbridge.search import language_model
from landbridge.search.analysis import LATIN

_BUILD_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Model:
    """The mapped parts, see `language_model.PARTS`."""

    languages: list[str]
    begin: list[float]
    moves: "memoryview[Any]"
    rows: "memoryview[Any]"
    features: "memoryview[Any]"
    weights: "memoryview[Any]"

    @classmethod
    def read(cls, folder: Path) -> "Model":
        """The model that `language_model.write` left in `folder`."""
        head = json.loads((folder / language_model.HEAD).read_text())
        parts = {name: _mapped(folder / name, head["types"][name]) for name in language_model.PARTS}
        return cls(languages=head["languages"], begin=head["begin"], **parts)

    def classify(self, text: str) -> tuple[str, float]:
        """The most likely language and its log likelihood; the first language for a text without any feature."""
        found = self._features_of(_encoded(text))
        if not found:
            return self.languages[0], -math.inf
        width = len(self.languages)
        scores = self.begin.copy()
        for feature, count in found.items():
            weight = math.log1p(count)
            for column, value in enumerate(self.weights[feature * width : (feature + 1) * width]):
                scores[column] += weight * value
        best = max(range(width), key=scores.__getitem__)
        return self.languages[best], scores[best]

    def _features_of(self, text: bytes) -> Counter[int]:
        state = 0
        found: list[int] = []
        for letter in text:
            state = self.moves[self.rows[state] + letter]
            if (feature := self.features[state]) >= 0:
                found.append(feature)
        return Counter(found)


def _mapped(path: Path, typecode: str) -> "memoryview[Any]":
    with path.open("rb") as file:
        view: Any = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    numbers: memoryview[Any] = view.cast(typecode)
    return numbers


def _encoded(text: str) -> bytes:
    """As the library reads a text: capitals alone say nothing of a language."""
    lowered = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", lowered).encode("utf-8", errors="surrogatepass")


def _folder() -> Path:
    return Path(settings.DATA) / "index" / f"language-model-{version('py3langid')}"


@cache
def _model() -> Model:
    folder = _folder()
    if not (folder / language_model.HEAD).is_file():
        command = [sys.executable, language_model.__file__, str(folder), *LATIN]
        subprocess.run(command, check=True, timeout=_BUILD_SECONDS)  # noqa: S603 - our own file and folder
    return Model.read(folder)


def latin_language(text: str) -> str:
    """English, Spanish or French: the most likely language of a text of Latin script."""
    return _model().classify(text)[0]


def warm() -> None:
    """Map the model, and lay it out first where that was never done."""
    _model()
