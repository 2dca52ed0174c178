"""How well is an item found across languages? nDCG@10 per pair of languages, against plain BM25.

Two sets: the same official texts in several languages (a question is a text in one language, the records are all
texts in the other), and a judged set of needs over the sample network. Printed with what is shipped, and again with
imported vocabularies when they are there.

    python benchmarks/languages.py [--data FOLDER] [--shipped-only] [--set parallel|judged]
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data"
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


class PlainBM25:
    """BM25 over lower-case words, as a search without any knowledge of languages has it."""

    def __init__(self, texts: Mapping[str, str], k1: float = 1.2, b: float = 0.75) -> None:
        self.k1, self.b = k1, b
        self.postings: dict[str, dict[str, int]] = defaultdict(dict)
        self.lengths = {}
        for key, text in texts.items():
            words = re.findall(r"\w+", text.lower())
            self.lengths[key] = len(words)
            for word, count in Counter(words).items():
                self.postings[word][key] = count
        self.average = sum(self.lengths.values()) / max(1, len(self.lengths))

    def rank(self, text: str, limit: int = 10) -> list[str]:
        scores: Counter[str] = Counter()
        total = len(self.lengths)
        for word in set(re.findall(r"\w+", text.lower())):
            found = self.postings.get(word, {})
            rarity = math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
            for key, count in found.items():
                norm = self.k1 * (1 - self.b + self.b * self.lengths[key] / self.average)
                scores[key] += rarity * count * (self.k1 + 1) / (count + norm)
        return [key for key, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]]


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], limit: int = 10) -> float:
    gained = sum((2 ** grades.get(key, 0) - 1) / math.log2(place + 2) for place, key in enumerate(ranked[:limit]))
    best = sorted(grades.values(), reverse=True)[:limit]
    ideal = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def parallel_texts() -> dict[str, dict[str, str]]:
    """Item to its text per language, from the Kunming-Montreal ontology: indicators, and targets and goals."""
    import rdflib
    from rdflib.namespace import DCTERMS, SKOS

    graph = rdflib.Graph()
    graph.parse(str(DATA / "kmgbf" / "ontology" / "kmgbf-all.ttl"))
    items: dict[str, dict[str, str]] = defaultdict(dict)
    for predicate, name in ((SKOS.definition, "definition"), (DCTERMS.title, "title"), (SKOS.prefLabel, "label")):
        for subject, text in graph.subject_objects(predicate):
            tag = getattr(text, "language", None)
            if tag and len(str(text)) > 12:
                items[f"{str(subject).rsplit('/', 1)[-1]}-{name}"][tag] = " ".join(str(text).split())
    return {key: texts for key, texts in sorted(items.items()) if {"en", "es", "fr"} <= set(texts)}


def _view(key: str, language: str, data: dict[str, object], format_name: str = "resource"):  # type: ignore[no-untyped-def]
    from landbridge.registry.queries import RecordView

    now = datetime(2026, 1, 1, tzinfo=UTC)
    return RecordView(
        id=key, format=format_name, workflow="reference", state="published", visibility="public", language=language,
        origin="", owner=None, revision=1, published=1, edition=1, data=data, note="", created_at=now, updated_at=now,
        published_at=now, revised_at=now, confirmed_on=None, expires_on=None, sha256="",
    )  # fmt: skip


def _fresh_index(views: Iterable[object]) -> None:
    from landbridge.search.document import document
    from landbridge.search.index import index

    index().clear()
    index().write([document(view) for view in views])  # type: ignore[arg-type]


def measure_parallel() -> dict[str, dict[str, float]]:
    from landbridge.cooperation.matching import match_text

    items = parallel_texts()
    tags = [tag for tag in LANGUAGES if all(tag in texts for texts in items.values())]
    table: dict[str, dict[str, float]] = {}
    for there in tags:
        texts = {key: text[there] for key, text in items.items()}
        _fresh_index(_view(key, there, {"title": {there: text}}) for key, text in texts.items())
        plain = PlainBM25(texts)
        for asked in tags:
            ours = theirs = 0.0
            for key, text in items.items():
                found = match_text(text[asked], language=asked, types=("resource",), limit=10)
                ours += ndcg([match.id for match in found.matches], {key: 1})
                theirs += ndcg(plain.rank(text[asked]), {key: 1})
            table[f"{asked}->{there}"] = {"plain": theirs / len(items), "ours": ours / len(items)}
    return table


def _texts_of(data: Mapping[str, object], language: str) -> str:
    """All text of a record in one language, for the plain baseline."""
    parts: list[str] = []
    for value in data.values():
        if isinstance(value, dict) and isinstance(value.get(language), str):
            parts.append(re.sub(r"<[^>]+>", " ", value[language]))
    return " ".join(parts)


def _original_only(data: Mapping[str, object], language: str) -> dict[str, object]:
    """The answers without their translations."""
    kept: dict[str, object] = {}
    for name, value in data.items():
        if name == "translations":
            continue
        if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
            if language in value:
                kept[name] = {language: value[language]}
        else:
            kept[name] = value
    return kept


def _is_over(record: Mapping[str, Any]) -> bool:
    """Whether the record is closed or past its time: matching leaves it out, so it is no answer."""
    from landbridge.search.document import day, document

    made = document(_view(record["id"], record["language"], record["data"], record["format"]))
    return made.facets["state"] == ("closed",) or made.numbers["closes"] < day(datetime.now(UTC).date())


def measure_whole() -> dict[str, dict[str, float]]:
    """Needs against the whole sample network as it is, per language of the need."""
    from landbridge.cooperation.matching import match_text

    judged, records = _judged(), [record for record in _records() if not _is_over(record)]
    _fresh_index(_view(record["id"], record["language"], record["data"], record["format"]) for record in records)
    texts = {record["id"]: " ".join(_texts_of(record["data"], tag) for tag in LANGUAGES) for record in records}
    plain = PlainBM25(texts)
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for need in judged:
        grades = {key: grade for key, grade in need["relevant"].items() if key in texts}
        found = match_text(need["text"], language=need["language"], limit=10)
        ours = ndcg([match.id for match in found.matches], grades)
        scores[f"{need['language']}->all"].append((ndcg(plain.rank(need["text"]), grades), ours))
    return _means(scores)


def _judged() -> list[dict[str, Any]]:
    lines = (HERE / "judged.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _records() -> list[dict[str, Any]]:
    """The sample network without its needs."""
    records = []
    for path in sorted((HERE.parent / "landbridge" / "sample").glob("*.jsonl")):
        records.extend(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [record for record in records if record["format"] != "need"]


def _means(scores: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, dict[str, float]]:
    return {
        pair: {"plain": sum(p for p, _ in got) / len(got), "ours": sum(o for _, o in got) / len(got), "needs": len(got)}
        for pair, got in sorted(scores.items())
    }


def measure_judged(coded: bool) -> dict[str, dict[str, float]]:
    """Needs against the records of the sample network in one language at a time, translations taken out.

    Without `coded`, the terms that people chose for a record are taken out too, so that texts alone must meet.
    """
    from landbridge.cooperation.matching import match_text

    judged, records = _judged(), [record for record in _records() if not _is_over(record)]
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for there in LANGUAGES:
        here = {record["id"]: record for record in records if record["language"] == there}
        views = []
        for key, record in here.items():
            data = _original_only(record["data"], there)
            if not coded:
                data = {name: value for name, value in data.items() if isinstance(value, dict)}
                data = {name: value for name, value in data.items() if set(value) <= {there}}
            views.append(_view(key, there, data, record["format"]))
        _fresh_index(views)
        plain = PlainBM25({key: _texts_of(record["data"], there) for key, record in here.items()})
        for need in judged:
            grades = {key: grade for key, grade in need["relevant"].items() if key in here}
            if not grades:
                continue
            found = match_text(need["text"], language=need["language"], limit=10)
            scores[f"{need['language']}->{there}"].append(
                (ndcg(plain.rank(need["text"]), grades), ndcg([match.id for match in found.matches], grades))
            )
    return _means(scores)


def _print(title: str, table: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}\n{'pair':<10}{'plain':>8}{'ours':>8}{'ratio':>8}  verdict")
    for pair, row in table.items():
        ratio = row["ours"] / row["plain"] if row["plain"] else math.inf
        good = row["ours"] > row["plain"] and (row["plain"] >= 0.2 or ratio >= 2)
        # Identical texts: plain BM25 finds each at once, and nothing can be above that.
        verdict = "ok" if good else "equal" if row["plain"] > 0.998 and row["ours"] >= row["plain"] else "BELOW"
        print(f"{pair:<10}{row['plain']:>8.3f}{row['ours']:>8.3f}{ratio:>8.2f}  {verdict}")
    crossed = [row["ours"] for pair, row in table.items() if pair[:2] != pair[-2:]]
    every = [row["ours"] for row in table.values()]
    plain = [row["plain"] for row in table.values()]
    print(f"mean over all pairs {sum(every) / len(every):.3f}, across languages {sum(crossed) / len(crossed):.3f}")
    print(f"plain BM25: mean over all pairs {sum(plain) / len(plain):.3f}")


def _run(folder: str, imported: bool, sets: str) -> None:
    os.environ["LANDBRIDGE_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
    import django

    django.setup()
    if imported:
        from landbridge.search.lexicons import import_file

        files = [DATA / "unesco-thesaurus" / "unesco-thesaurus.ttl"]
        files += sorted((DATA / "open-multilingual-wordnet").glob("*.tab"))
        for path in files:
            import_file(path)
    label = "with imported vocabularies" if imported else "with what is shipped"
    if sets in ("parallel", "both") and (DATA / "kmgbf").is_dir():
        _print(f"Parallel texts, {label}", measure_parallel())
    if sets in ("judged", "both") and (HERE / "judged.jsonl").is_file():
        _print(f"Judged needs, texts and terms, {label}", measure_judged(coded=True))
        _print(f"Judged needs, texts alone, {label}", measure_judged(coded=False))
        _print(f"Judged needs against the whole network, {label}", measure_whole())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", default="both", choices=("parallel", "judged", "both"))
    options.add_argument("--shipped-only", action="store_true")
    options.add_argument("--data", help="a data folder to use (with its imported vocabularies) instead of a new one")
    options.add_argument("--imported", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.data or given.imported:
        with tempfile.TemporaryDirectory() as folder:
            _run(given.data or folder, given.imported and not given.data, given.set)
        return
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, False, given.set)
    if given.shipped_only:
        return
    if not (DATA / "unesco-thesaurus").is_dir():
        print(f"\nThe second run needs {DATA}/unesco-thesaurus and open-multilingual-wordnet, which are not here.")
        return
    subprocess.run([sys.executable, __file__, "--imported", "--set", given.set], check=True)


if __name__ == "__main__":
    main()
