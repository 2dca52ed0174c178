"""Are records that tell of one thing found, and little else? Organisations of a registry, some of them told twice.

To the lines of a registry (schema v2 of ROR, JSON Lines, or ours from a seed) copies are added as another source would
write them: with a typing error, words in another order, a word left out, another language, without its number.
Measured: how many of the copies are proposed (recall), how many of what is proposed are copies (precision), and how
long it takes.

    python benchmarks/likeness.py [--ror FILE] [--records 20000] [--copies 1000]
"""

import argparse
import gzip
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


def read(path: Path, most: int) -> Iterator[dict[str, Any]]:
    """Organisations as the door for ROR reads them."""
    from landbridge.exchange.in_.sources.ror import record

    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            if most <= 0:
                return
            try:
                yield record(orjson.loads(line))
            except (KeyError, TypeError, AttributeError, IndexError):
                continue
            most -= 1


def made(most: int) -> Iterator[dict[str, Any]]:
    """Records of our own, from a seed."""
    from records import every

    for one in every(most):
        yield {"format": one.format, "id": one.id, "language": one.language, "data": one.data}


def copied(line: dict[str, Any], chance: random.Random, number: int) -> dict[str, Any]:
    """The same as somebody else would write it."""
    data = orjson.loads(orjson.dumps(line["data"]))
    for name in ("identifiers", "source", "established", "acronym"):
        data.pop(name, None)
    if chance.random() < 0.5:
        data.pop("other_names", None)
    if chance.random() < 0.5:
        data.pop("links", None)
    titles = data["title"]
    language = chance.choice(list(titles)) if chance.random() < 0.2 else line["language"]
    titles = {language: titles[language]}
    data["title"] = {language: chance.choice([_mistyped, _turned, _shorter, _same])(titles[language], chance)}
    return {"format": line["format"], "id": f"copy-{number}", "language": language, "data": data}


def _same(text: str, chance: random.Random) -> str:
    return text.upper() if chance.random() < 0.3 else text


def _mistyped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :] if chance.random() < 0.5 else text[:at] + text[at : at + 1] + text[at:]


def _turned(text: str, chance: random.Random) -> str:
    words = text.split()
    return " ".join(words[1:] + words[:1])


def _shorter(text: str, chance: random.Random) -> str:
    words = text.split()
    return " ".join(words[:-1]) if len(words) > 3 else text


def ready() -> None:
    """A node of its own in a folder that is thrown away."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def load(lines: list[dict[str, Any]]) -> None:
    """Into the registry, as records of a source; what it does not take is left out."""
    from landbridge.formats.validate import InvalidRecord, validate
    from landbridge.registry.receiving import Arrival, receive_many
    from landbridge.registry.workflow import Workflow
    from landbridge.registry.writing import NODE

    arrivals = []
    for line in lines:
        try:
            data = validate(line["format"], line["data"], line["language"])
        except InvalidRecord:
            continue
        arrivals.append(Arrival(id=line["id"], format=line["format"], data=data, language=line["language"]))
    for start in range(0, len(arrivals), 1_000):
        receive_many(arrivals[start : start + 1_000], actor=NODE, workflow=Workflow.RECEIVED, origin="source:measured")


def measure(pairs: set[tuple[str, str]]) -> None:
    """Find, and tell what was found."""
    from landbridge.exchange.likeness.finding import find_all
    from landbridge.exchange.models import Likeness

    began = time.perf_counter()
    took = find_all()
    spent = time.perf_counter() - began
    rows = list(Likeness.objects.order_by("-score").values_list("first", "second", "score", "reasons"))
    found = {(first, second) for first, second, _, _ in rows}
    right = found & pairs
    of_copies = sum(first.startswith("copy-") or second.startswith("copy-") for first, second in found)
    print(f"{took} changes in {spent:.1f} s; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    print(f"proposed {len(found)}, of them with a copy {of_copies}, right {len(right)} of {len(pairs)}")
    print(
        f"recall {len(right) / len(pairs):.3f}, precision among pairs with a copy {len(right) / max(1, of_copies):.3f}"
    )
    for first, second, score, reasons in [row for row in rows if (row[0], row[1]) not in pairs][
        :: max(1, len(rows) // 25)
    ]:
        print(f"  not a copy: {first} {second} {score} {reasons}")


def main() -> None:
    """Measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--ror", type=Path)
    asked.add_argument("--records", type=int, default=20_000)
    asked.add_argument("--copies", type=int, default=1_000)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LANDBRIDGE_DATA"] = folder
        ready()
        lines = list(read(wanted.ror, wanted.records) if wanted.ror else made(wanted.records))
        chance = random.Random(4)
        twice = chance.sample(lines, min(wanted.copies, len(lines)))
        copies = [copied(line, chance, number) for number, line in enumerate(twice)]
        load(lines + copies)
        measure({(min(line["id"], copy["id"]), max(line["id"], copy["id"]))
                 for line, copy in zip(twice, copies, strict=True)})  # fmt: skip


if __name__ == "__main__":
    main()
