"""Learn how much each concept of a text tells of its themes and targets: writes `landbridge/search/tables/weights.tsv`.

It learns from `proposals_practice.jsonl` (paragraphs in six languages, written and judged for this and for nothing
else) and from the records of the sample network, which count less. The paragraphs that `proposals.py` measures are
never learnt from. Two steps: what the rules say is weighed by a few measures that all themes and targets
share; then each theme and target gets weights for single concepts, small ones (an elastic net), because a word that
was seen in three paragraphs proves little. `--check` learns from five sixths and tells how well the last sixth is
found, six times over: the figures by which everything here was chosen.

    python benchmarks/proposals_learning.py [--check]

It needs numpy, which the library that tells languages apart brings along.
"""

import argparse
import os
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

HERE = Path(__file__).parent
TABLE = HERE.parent / "landbridge" / "search" / "tables" / "weights.tsv"
SAMPLE_COUNTS = 0.5
"""How much a record of the sample network counts, all its languages together; a practice paragraph counts 1.5."""
PARAGRAPH_COUNTS = 1.5
SPARSE, SMALL = 0.8, 8.0
"""How strongly weights are pulled to nothing, and kept small."""
FEWEST, MOST = 4, 0.15
"""A concept must stand in so many texts, and in no larger share of them: of what is everywhere nothing is learnt."""
FIRM = 5.0
"""How strongly what a theme has beforehand is pulled to nothing: how often each is told differs from place to place."""
ROUNDS = 160
FOLDS = 6
FORM = frozenset(
    {"sign:need", "sign:offer", "sign:technology", "sign:case", "lexicon:fail", "lexicon:failure", "lexicon:lesson",
     "lexicon:success", "lexicon:single", "lexicon:two", "lexicon:three", "lexicon:four", "lexicon:five", "lexicon:six",
     "lexicon:seven", "lexicon:eight", "lexicon:nine", "lexicon:ten", "lexicon:twelve", "lexicon:double-adj",
     "lexicon:hundred", "lexicon:thousand", "lexicon:half", "lexicon:number", "lexicon:first", "lexicon:last",
     "lexicon:day", "lexicon:week", "lexicon:month", "lexicon:year", "lexicon:annual", "lexicon:yearly",
     "lexicon:today", "lexicon:pay", "lexicon:cost", "lexicon:cost-n", "lexicon:money", "lexicon:north",
     "lexicon:south", "lexicon:east", "lexicon:west"}
)  # fmt: skip
"""Words of the form of a text, numbers and times. Nothing is learnt from them: that many cases are about restoration
where we learn says nothing of the next, and nobody would take "three" for a reason."""
RECALLS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75)
ABOUT = (
    "# about: How much a concept in a text tells of a theme or a target, learnt by benchmarks/proposals_learning.py; "
    "do not edit by hand. Under `every` stands what counts for all alike: what the rules say (rules), a second word "
    "(second), the first sentence (opening), how many are surer (rank), no rule at all (unsaid), being a target. "
    "What is less than nothing speaks against."
)


def texts() -> list[dict[str, Any]]:
    """Paragraphs and records with what was read in them: concepts, measures, and the expected themes and targets."""
    practice = [orjson.loads(line) for line in (HERE / "proposals_practice.jsonl").read_bytes().splitlines()]
    return [told(case) for case in (*practice, *records())]


def records() -> list[dict[str, Any]]:
    """All records of the sample network that tell themes, in every language in which they are told."""
    found = []
    for path in sorted((HERE.parent / "landbridge" / "sample").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            data = record["data"]
            if not data.get("themes") or not isinstance(data.get("summary"), dict):
                continue
            for tag, summary in data["summary"].items():
                title = data.get("title") or data.get("name") or ""
                title = title.get(tag, "") if isinstance(title, dict) else title
                found.append({**{part: data.get(part, ()) for part in ("themes", "targets")}, "id": record["id"],
                              "half": "sample", "text": f"{title}. {summary}"})  # fmt: skip
    return found


def told(case: dict[str, Any]) -> dict[str, Any]:
    from landbridge.search import proposals, weighing
    from landbridge.search.inference import infer

    written = proposals._read(case["text"], None, None)
    also = [f"format:{proposals._formats(written)[0][0]}"]
    found = infer(written.seen, written.plain, also)
    expected = {f"{part}:{value}" for part in ("themes", "targets") for value in case[part]}
    concepts = {
        key
        for key in weighing.concepts_of(written.seen, also)
        if not key.startswith(("countries:", "regions:", "wordnet:", "format:")) and key not in FORM
    }
    measured = weighing.measure(found, written.plain)
    return {"id": case["id"], "half": case["half"], "found": found, "measured": measured, "concepts": concepts,
            "expected": {key for key in expected if not key.startswith("targets:goal")}}  # fmt: skip


class Lesson:
    """All texts as numbers."""

    def __init__(self, cases: list[dict[str, Any]]) -> None:
        from landbridge.search.weighing import MEASURES, _unmeasured

        self.cases = cases
        times = Counter(case["id"] for case in cases)
        self.labels = sorted({key for case in cases for key in case["expected"]})
        self.counts = np.array([
            (SAMPLE_COUNTS if case["half"] == "sample" else PARAGRAPH_COUNTS) / times[case["id"]] for case in cases
        ])  # fmt: skip
        often: Counter[str] = Counter()
        for case in cases:
            for key in case["concepts"]:
                often[key] += 1 / times[case["id"]]
        self.concepts = sorted(key for key, count in often.items() if FEWEST <= count <= MOST * len(times))
        place = {key: at for at, key in enumerate(self.concepts)}
        self.present = np.zeros((len(cases), len(self.concepts)), np.float32)
        for row, case in enumerate(cases):
            self.present[row, [place[key] for key in case["concepts"] if key in place]] = 1
        self.expected = np.array([[key in case["expected"] for key in self.labels] for case in cases], np.float32)
        self.measures = np.array([
            [
                [(case["measured"].get(key) or _unmeasured(key, case["found"]))[name] for name in MEASURES]
                for key in self.labels
            ]
            for case in cases
        ])  # fmt: skip


def shared(lesson: Lesson, rows: Any) -> Any:
    """What each measure counts: logistic regression over all texts and all themes and targets, by Newton's method."""
    x = lesson.measures[rows].reshape(-1, lesson.measures.shape[2])
    y = lesson.expected[rows].ravel()
    w = np.repeat(lesson.counts[rows], len(lesson.labels))
    b = np.zeros(x.shape[1])
    for _ in range(30):
        q = 1 / (1 + np.exp(-x @ b))
        b -= np.linalg.solve((x * (w * q * (1 - q))[:, None]).T @ x + 0.3 * np.eye(len(b)),
                             x.T @ (w * (q - y)) + 0.3 * b)  # fmt: skip
    return b


def single(lesson: Lesson, rows: Any, known: Any) -> tuple[Any, Any]:
    """Weights of concepts for each theme and target beside what is `known`, and what each has beforehand (FISTA)."""
    x, y, w = lesson.present[rows], lesson.expected[rows], lesson.counts[rows].astype(np.float32)[:, None]
    known = known.astype(np.float32)
    direction = np.ones(x.shape[1], np.float32)
    for _ in range(15):
        direction = x.T @ (w[:, 0] * (x @ direction))
        length = float(np.linalg.norm(direction))
        direction /= length
    steep = 0.27 * length + SMALL
    last = ahead = np.zeros((x.shape[1], y.shape[1]), np.float32)
    before, pace = np.zeros(y.shape[1], np.float32), 1.0
    for _ in range(ROUNDS):
        q = 1 / (1 + np.exp(-(x @ ahead + before + known)))
        wrong = w * (q - y)
        moved = ahead - (x.T @ wrong + SMALL * ahead) / steep
        now = np.sign(moved) * np.maximum(np.abs(moved) - SPARSE / steep, 0)
        before = before - (wrong.sum(0) + FIRM * before) / ((w * q * (1 - q)).sum(0) + FIRM)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        last, ahead, pace = now, now + (pace - 1) / faster * (now - last), faster
    return last, before


def learn(lesson: Lesson, rows: Any) -> tuple[Any, Any, Any]:
    from landbridge.search.weighing import STEP

    measures = shared(lesson, rows)
    concepts, before = single(lesson, rows, lesson.measures[rows] @ measures)
    return measures, np.round(concepts / STEP) * STEP, before


def check(lesson: Lesson) -> None:
    """Each text as it is found by what was learnt from others."""
    names = sorted({case["id"] for case in lesson.cases})
    np.random.RandomState(1).shuffle(names)
    fold = {name: at % FOLDS for at, name in enumerate(names)}
    folds = np.array([fold[case["id"]] for case in lesson.cases])
    found = np.zeros(lesson.expected.shape)
    for one in range(FOLDS):
        measures, concepts, before = learn(lesson, folds != one)
        rows = folds == one
        found[rows] = lesson.measures[rows] @ measures + lesson.present[rows] @ concepts + before
    rules = lesson.measures[:, :, 1]
    print("precision (only the expected is right) at a recall of " + ", ".join(map(str, RECALLS)) + "; the probability")
    for half in ("practice", "sample"):
        rows = [at for at, case in enumerate(lesson.cases) if case["half"] == half]
        for name, told_ in (("rules alone", rules[rows]), ("weighed", found[rows])):
            order = np.argsort(-told_.ravel())
            right = np.cumsum(lesson.expected[rows].ravel()[order])
            places = [int(np.searchsorted(right, recall * right[-1])) for recall in RECALLS]
            cells = [f"{right[at] / (at + 1):.2f} ({1 / (1 + np.exp(-told_.ravel()[order[at]])):.2f})" for at in places]
            print(f"  {half:9} {name:12} {'  '.join(cells)}")


def write(lesson: Lesson) -> None:
    from landbridge.search.weighing import MEASURES

    measures, concepts, before = learn(lesson, np.ones(len(lesson.cases), bool))
    lines = [ABOUT, "gives\tweight\tof"]
    lines += [f"every\t{weight:.2f}\tmeasure:{name}" for name, weight in zip(MEASURES, measures, strict=True)]
    for column, label in enumerate(lesson.labels):
        lines.append(f"{label}\t{before[column]:.2f}\tmeasure:always")
        by_weight: defaultdict[float, list[str]] = defaultdict(list)
        for row in np.flatnonzero(concepts[:, column]):
            by_weight[round(float(concepts[row, column]), 2)].append(lesson.concepts[row])
        lines += [f"{label}\t{weight:.2f}\t{' '.join(by_weight[weight])}" for weight in sorted(by_weight, reverse=True)]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {len(lines) - 2} rows, {int((concepts != 0).sum())} weights of concepts")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="tell how well texts are found by what others taught")
    options = parser.parse_args()
    lesson = Lesson(texts())
    (check if options.check else write)(lesson)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
    os.environ.setdefault("LANDBRIDGE_DATA", tempfile.mkdtemp(prefix="landbridge-learning-"))
    import django

    django.setup()
    main()
