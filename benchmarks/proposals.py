"""Does a first record propose itself? What is proposed from 60 judged paragraphs, beside the simplest alternative.

The paragraphs of `proposals.jsonl` (ten a language, written and judged before anything was tuned) tell the countries,
themes, targets and kinds of support that an experienced officer would tick, and `also` those that the officer would
leave ticked: recall asks for the first, precision takes both as right. What counts as found is what the page ticks
beforehand. The second grade was given later, after the errors of the tuned half had been seen. Half of the paragraphs
of each language were held out: nobody looked at their errors. The simplest alternative takes every country, theme and
target whose label stands in the text. The records of the sample network with the terms that their authors gave them
are a second measure, by other hands; but `weights.tsv` is learnt from them and from `proposals_practice.jsonl`
(`proposals_learning.py`), never from the 60 paragraphs. What is ticked was chosen on the tuned half.

    python benchmarks/proposals.py [--sample] [--errors] [--frontier]
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent
PARTS = ("countries", "themes", "targets", "support_types")
BAR = {"countries": (0.80, 0.80), "themes": (0.60, 0.80), "targets": (0.60, 0.80), "themes+targets": (0.60, 0.80),
       "total": (0.60, 0.80)}  # fmt: skip
"""Part to the least recall and the least precision."""
SUMS = {"countries": ("total",), "themes": ("themes+targets", "total"), "targets": ("themes+targets", "total")}
"""What is counted together: `total` is all that the bar asks for."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
Answers = Mapping[str, set[str]]


def proposed(case: Mapping[str, Any]) -> tuple[Answers, str]:
    """What the page ticks beforehand, and the format that it takes the text for."""
    from landbridge.formats.vocabulary import vocabulary
    from landbridge.search.proposals import propose

    told = propose(case["text"])
    found = {part: {one.value for one in told.of(part) if one.confident} for part in PARTS[1:]}
    places = {one.value for one in told.of("places") if one.confident}
    return {**found, "countries": {place for place in places if place in vocabulary("countries").terms}}, told.format


def labelled(case: Mapping[str, Any]) -> tuple[Answers, str]:
    """What has its label in the text."""
    from landbridge.formats.vocabulary import vocabulary
    from landbridge.search.understand import read, summarise

    told = summarise(read(case["text"]), "en")
    countries = {place for place in told.places if place in vocabulary("countries").terms}
    parts = {"themes": set(told.themes), "targets": set(told.targets), "support_types": set(told.support_types)}
    return {**parts, "countries": countries}, "need"


class Score:
    """Micro-averaged: found and right, found, expected."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, group: str, case: Mapping[str, Any], told: tuple[Answers, str]) -> None:
        found, format_name = told
        for part in PARTS:
            expected, also = set(case.get(part, ())), set(case.get("also", {}).get(part, ()))
            for name in (part, *SUMS.get(part, ())):
                self.counts[group, name, "right"] += len(found[part] & expected)
                self.counts[group, name, "acceptable"] += len(found[part] & (expected | also))
                self.counts[group, name, "found"] += len(found[part])
                self.counts[group, name, "expected"] += len(expected)
        self.counts[group, "format", "right"] += format_name == case["format"]
        self.counts[group, "format", "expected"] += 1

    def of(self, group: str, part: str) -> tuple[float, float, float]:
        """(recall, precision, precision where only the expected counts as right)"""
        right, found = self.counts[group, part, "right"], max(1, self.counts[group, part, "found"])
        recall = right / max(1, self.counts[group, part, "expected"])
        return recall, self.counts[group, part, "acceptable"] / found, right / found


def judged() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (HERE / "proposals.jsonl").read_bytes().splitlines()]


def sample() -> Iterator[dict[str, Any]]:
    """Title and summary of the records of the sample network, in every language in which they are told."""
    for path in sorted((HERE.parent / "landbridge" / "sample").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            data = record["data"]
            if record["format"] not in ("need", "offer", "technology", "case_study"):
                continue
            for tag, summary in data.get("summary", {}).items():
                if tag in ("ar", "en", "es", "fr", "ru", "zh"):
                    text = f"{data['title'].get(tag, '')}. {summary}"
                    told = {"id": record["id"], "language": tag, "half": "sample", "format": record["format"]}
                    yield {**told, **{part: data.get(part, ()) for part in PARTS[1:]}, "text": text,
                           "countries": data.get("places", ())}  # fmt: skip


def report(title: str, cases: list[dict[str, Any]], way: Callable[[Mapping[str, Any]], tuple[Answers, str]]) -> Score:
    score = Score()
    for case in cases:
        told = way(case)
        for group in (case["language"], case["half"], "all"):
            score.add(group, case, told)
    groups = [
        *sorted({case["language"] for case in cases}),
        *sorted({case["half"] for case in cases}, reverse=True),
        "all",
    ]
    print(f"\n{title}: recall / precision (with only the expected as right), in per cent")
    print(f"  {'':10}" + "".join(f"{part:>16}" for part in (*PARTS[:3], "themes+targets", PARTS[3], "format")))
    for group in groups:
        cells = [score.of(group, part) for part in (*PARTS[:3], "themes+targets", PARTS[3])]
        line = "".join(f"{all_ * 100:>8.0f} /{right * 100:>3.0f} ({strict * 100:.0f})" for all_, right, strict in cells)
        print(f"  {group:10}{line}{score.of(group, 'format')[0] * 100:>16.0f}")
    return score


def frontier(cases: list[dict[str, Any]]) -> None:
    """What recall costs: themes and targets, and all with the countries, when more or less is ticked."""
    from unittest.mock import patch

    from landbridge.search import proposals

    print("\nWhat is ticked from which probability on: themes and targets, recall / precision (only the expected);"
          " total precision (only the expected)")  # fmt: skip
    for least in (None, *THRESHOLDS):
        score = Score()
        ticked = proposals.CONFIDENT if least is None else {"themes": least, "targets": least}
        with patch.object(proposals, "CONFIDENT", ticked):
            for case in cases:
                told = proposed(case)
                for group in (case["half"], "all"):
                    score.add(group, case, told)
        cells = []
        for group in ("tuned", "held-out", "all"):
            (recall, right, strict), total = score.of(group, "themes+targets"), score.of(group, "total")
            cells.append(f"{group} {recall:.2f} / {right:.2f} ({strict:.2f}); {total[1]:.2f} ({total[2]:.2f})")
        print(f"  {least or 'shipped':>8}  " + "   ".join(cells))


def errors(cases: Iterable[Mapping[str, Any]]) -> None:
    for case in cases:
        found, format_name = proposed(case)
        for part in PARTS[:3]:
            expected = set(case[part])
            missed, wrong = sorted(expected - found[part]), sorted(found[part] - expected)
            if missed or wrong:
                print(f"{case['id']:>6} {part:9} missed {' '.join(missed) or '-':50} wrong {' '.join(wrong) or '-'}")
        if format_name != case["format"]:
            print(f"{case['id']:>6} format    {case['format']} taken for {format_name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", action="store_true", help="measure the records of the sample network as well")
    parser.add_argument("--errors", action="store_true", help="show what was missed in the tuned half")
    parser.add_argument("--frontier", action="store_true", help="show recall and precision over thresholds")
    options = parser.parse_args()
    cases = judged()
    report("The simplest alternative (labels in the text)", cases, labelled)
    score = report("Landbridge", cases, proposed)
    print("\nAgainst the bar, all 60 paragraphs and the half that was held out")
    for part, (recall, precision) in BAR.items():
        for group in ("all", "held-out"):
            has = score.of(group, part)
            verdict = "reached" if has[0] >= recall and has[1] >= precision else "MISSED"
            print(f"  {part:15} {group:9} recall {has[0]:.2f} (bar {recall:.2f})  precision {has[1]:.2f} "
                  f"(bar {precision:.2f}; only expected {has[2]:.2f})  {verdict}")  # fmt: skip
    if options.sample:
        report("The sample network", list(sample()), proposed)
    if options.frontier:
        frontier(cases)
    if options.errors:
        errors(case for case in cases if case["half"] == "tuned")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
    os.environ.setdefault("LANDBRIDGE_DATA", tempfile.mkdtemp(prefix="landbridge-proposals-"))
    import django

    django.setup()
    main()
