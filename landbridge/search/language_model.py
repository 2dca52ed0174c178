"""Lays py3langid's model out for `identify`: run once a node and release of the library, in a process of its own.

The library brings numpy and keeps 142 languages at hand: some 60 MB in every process that only wants to tell three
apart. What the three need is written into one folder as plain numbers, which `identify` maps.
"""

import json
import os
import sys
from array import array
from pathlib import Path
from typing import Any, Final

PARTS: Final = ("moves", "rows", "features", "weights")
"""The files of the layout. `moves`: the next state of a state and a byte; `rows`: where a state's moves begin;
`features`: the feature that a state ends, or -1; `weights`: the log likelihood of each feature, language by language.
"""
HEAD: Final = "head.json"
"""The languages, what each begins with, and the type of the numbers in each part."""


def _whole(languages: list[str]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    identifier.set_languages(languages)
    return identifier


def _parts(identifier: Any) -> dict[str, "array[Any]"]:
    return {
        "moves": identifier.tk_nextmove,
        "rows": array("I", (row << 8 for row in identifier.tk_row)),
        "features": array("i", identifier.tk_output),
        "weights": array("f", identifier.nb_ptc.astype("float32").ravel().tolist()),
    }


def write(folder: Path, languages: list[str]) -> None:
    """Write the layout of `languages` into `folder`; `HEAD` comes last, so a folder that has it is whole.

    Each file is written under another name first: two processes may do it at once.
    """
    identifier = _whole(languages)
    parts = _parts(identifier)
    head = {
        "languages": list(identifier.nb_classes),
        "begin": identifier.nb_pc.tolist(),
        "types": {name: part.typecode for name, part in parts.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    contents = {name: part.tobytes() for name, part in parts.items()} | {HEAD: json.dumps(head).encode()}
    for name, content in contents.items():
        partial = folder / f"{name}.{os.getpid()}"
        partial.write_bytes(content)
        partial.replace(folder / name)


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2:])
