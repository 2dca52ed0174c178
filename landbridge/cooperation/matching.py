"""Matching: a need in, a ranked list of whatever may help out, each with its reasons.

Hard limits first (closed, expired, excluded country, rights, readiness): what they leave out is named. Then the
index gives the records that speak of the same things in any language, and the criteria rank and explain them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from django.utils.translation import gettext, override

from landbridge.cooperation import criteria
from landbridge.cooperation.criteria import WEIGHTS, Caveat, Judgement
from landbridge.cooperation.features import Features, features
from landbridge.cooperation.matches import FITS, Excluded, Match, Matching, Reason
from landbridge.cooperation.profile import Profile, of_data, of_record, of_text
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView, readable_ids
from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.document import day
from landbridge.search.index import index, kept_index
from landbridge.search.places import resolve, with_regions
from landbridge.search.plan import Plan, Range, Row, readable_by
from landbridge.search.understand import Reading, Understood, read, summarise

SUPPLY: Final = tuple(name for name, model in FORMATS.items() if model.side != "need")
"""The formats that can answer a need."""
CANDIDATES: Final = 40
MOST_EXCLUDED: Final = 5
LEAST: Final = 0.02
"""Below this score nothing of the need is in the record."""
LIKE: Final = 0.005
"""What a title of the very same words adds: it settles who comes first among those that answer alike."""
ANSWERS: Final = 0.6
"""Only where a record speaks of so much of what is asked are the titles compared."""
SUNK: Final = 0.85
"""What is overdue for confirmation keeps so much of its score, and stands below what is as good and fresh."""


def match_text(
    text: str,
    *,
    language: str | None = None,
    places: Sequence[str] = (),
    types: Sequence[str] = (),
    limit: int = 10,
    per_type: int = 0,
    without: frozenset[str] = frozenset(),
    reader: Reader = ANYONE,
    reader_language: str = "en",
    kept: bool = False,
) -> Matching:
    """Match a need in free text, in any of the six languages.

    `places` are added to those found in the text (ISO 3166, M49 or names); `per_type` asks for so many of each
    format instead of the best `limit` of all; `without` takes away what was wrongly understood. With `kept` it looks
    among what is kept from the public, as far as the reader may see it, instead of among the public records.
    """
    given = [place for name in places if (place := resolve(name))]
    profile, reading = of_text(text[:20_000], language, reader_language, given, without)
    profile.languages |= {reader_language}
    understood = summarise(reading, reader_language, without)
    understood = replace(understood, places=profile.places, support_types=tuple(sorted(profile.support)))
    return _answer(profile, understood, types, limit, per_type, reader, reader_language, kept)


def match_record(
    view: RecordView, *, types: Sequence[str] = (), limit: int = 10, per_type: int = 0,
    reader: Reader = ANYONE, reader_language: str = "en", kept: bool = False,
) -> Matching:  # fmt: skip
    """Match a record of the registry: a need with what can help; for any other record, those that are similar. `kept`
    as for a text."""
    profile = of_record(view)
    return _answer(
        profile, _understood_of(view.data, view.language, profile, reader_language), types, limit, per_type,
        reader, reader_language, kept,
    )  # fmt: skip


def fitting(view: RecordView, ids: Sequence[str], reader: Reader = ANYONE) -> list[str]:
    """Which of these records fit a need, the best first, by the same limits and criteria as among all."""
    profile = of_record(view)
    asked = features(profile, index())
    if not asked.groups or not ids:
        return []
    judge = _Judge(profile, asked, view.language, datetime.now(UTC).date())
    plan = _plan(asked, SUPPLY, reader, len(ids))
    kept, _ = judge.sorted_out(index().search(replace(plan, filters={**plan.filters, "id": tuple(ids)})).rows)
    scored = sorted((-judge.score(row), row.stored["id"]) for row in kept)
    return [record_id for less, record_id in scored if -less >= FITS]


def match_need(
    data: Mapping[str, Any], *, language: str = "en", types: Sequence[str] = (), limit: int = 10, per_type: int = 0,
    reader: Reader = ANYONE, reader_language: str = "en",
) -> Matching:  # fmt: skip
    """Match the (validated) answers of a need that stands in no registry yet."""
    profile = of_data("need", data, language)
    return _answer(
        profile, _understood_of(data, language, profile, reader_language), types, limit, per_type, reader,
        reader_language,
    )  # fmt: skip


def _understood_of(data: Mapping[str, Any], language: str, profile: Profile, reader_language: str) -> Understood:
    _, title = choose(data["title"], language)
    _, summary = choose(data.get("summary") or {}, language)
    reading: Reading = read(f"{title}. {summary}", profile.language)
    understood = summarise(reading, reader_language)
    return replace(
        understood, places=profile.places or understood.places,
        support_types=tuple(sorted(profile.support)) or understood.support_types,
    )  # fmt: skip


def _answer(
    profile: Profile, understood: Understood, types: Sequence[str], limit: int, per_type: int, reader: Reader,
    language: str, kept: bool = False,
) -> Matching:  # fmt: skip
    wanted = tuple(name for name in types if name in FORMATS) or SUPPLY
    asked = features(profile, index())
    if not asked.groups:
        return Matching(understood, ())
    today = datetime.now(UTC).date()
    with override(language):
        judge = _Judge(profile, asked, language, today)
        if kept:
            found = [_ranked_kept(judge, profile, wanted, limit, reader)]
        elif per_type:
            found = [_ranked(judge, profile, (name,), per_type, reader) for name in wanted]
        else:
            found = [_ranked(judge, profile, wanted, limit, reader)]
        matches = sorted((match for matches, _ in found for match in matches), key=_best_first)
        excluded = [gone for _, left_out in found for gone in left_out]
    return Matching(understood, tuple(matches), tuple(excluded[: MOST_EXCLUDED * (2 if per_type else 1)]))


def _best_first(match: Match) -> tuple[float, str]:
    return -match.score, match.id


def _plan(asked: Features, types: tuple[str, ...], reader: Reader, limit: int) -> Plan:
    rights = readable_by(reader)
    # Leaving out the few formats that cannot help costs the engine half of what naming the many others does.
    few = tuple(name for name in FORMATS if name not in types)
    chosen = {"type": types} if len(few) > 2 else {}
    left_out = {"type": few} if few and not chosen else {}
    return Plan(
        groups=asked.groups,
        filters={**chosen, **rights["filters"]},
        without={**left_out, **rights["without"]},
        limit=limit,
    )


def _within_limits(plan: Plan, profile: Profile, today: date) -> Plan:
    """The same question with the hard limits that the index can check itself."""
    return replace(
        plan,
        without={**plan.without, "state": ("closed",), "excluded": _here(profile)},
        ranges=(Range("closes", least=day(today)),),
    )


def _here(profile: Profile) -> tuple[str, ...]:
    return tuple(dict.fromkeys(region for place in profile.places for region in with_regions(place)))


def _ranked(
    judge: "_Judge", profile: Profile, types: tuple[str, ...], limit: int, reader: Reader
) -> tuple[list[Match], list[Excluded]]:
    size = max(CANDIDATES if len(types) > 1 else 24, limit * 3)
    plan = _plan(judge.features, types, reader, size)
    rows = index().search(plan).rows
    kept, left_out = judge.sorted_out(rows)
    if len(kept) < limit and len(rows) == size:
        kept, _ = judge.sorted_out(index().search(_within_limits(plan, profile, judge.today)).rows)
    return _best(judge, kept, limit), left_out[:MOST_EXCLUDED]


def _ranked_kept(
    judge: "_Judge", profile: Profile, types: tuple[str, ...], limit: int, reader: Reader
) -> tuple[list[Match], list[Excluded]]:
    """Among what is kept from the public. How rare a word is was asked of the public records alone, and the database
    has the last word: rights may have changed since a record was indexed."""
    plan = _within_limits(_plan(judge.features, types, reader, max(CANDIDATES, limit * 3)), profile, judge.today)
    rows = kept_index().search(plan).rows
    allowed = readable_ids([row.stored["id"] for row in rows], reader)
    kept, _ = judge.sorted_out(row for row in rows if row.stored["id"] in allowed)
    return _best(judge, kept, limit), []


def _best(judge: "_Judge", rows: Iterable[Row], limit: int) -> list[Match]:
    scored = [(score, row) for row in rows if (score := judge.score(row)) >= LEAST]
    scored.sort(key=lambda one: (-one[0], one[1].stored["id"]))
    return [judge.match(row, score) for score, row in scored[:limit]]


class _Judge:
    """Judges the candidates of one need."""

    def __init__(self, profile: Profile, asked: Features, language: str, today: date) -> None:
        self.profile, self.features, self.language, self.today = profile, asked, language, today

    def sorted_out(self, rows: Iterable[Row]) -> tuple[list[Row], list[Excluded]]:
        """What passes the hard limits, and what does not, with the limit."""
        kept, left_out = [], []
        for row in rows:
            if row.stored["id"] == self.profile.itself:
                continue
            limit = next(self._limits(row.stored), None)
            if limit is None:
                kept.append(row)
            else:
                _, title = choose(row.stored["title"], self.language, row.stored["language"])
                left_out.append(Excluded(row.stored["id"], row.stored["type"], title, *limit))
        return kept, left_out

    def _limits(self, stored: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if stored.get("flags", {}).get("closed"):
            yield "closed", gettext("It is closed")
        if int(stored["closes"]) < day(self.today):
            yield "expired", gettext("Its time is over")
        barred = set(stored.get("excluded", ())) & set(_here(self.profile))
        if barred:
            names = criteria.place_names(sorted(barred), self.language)
            yield "place", gettext("It is not offered in %(place)s") % {"place": names}
        rights = set(stored.get("ip", ()))
        if self.profile.ip_accepted and rights and not rights & self.profile.ip_accepted:
            names = gettext(", ").join(vocabulary("ip_status").terms[name].label(self.language) for name in rights)
            yield "rights", gettext("Its rights do not suit: %(rights)s") % {"rights": names}
        level = str(stored.get("trl", "")).removeprefix("trl-")
        if self.profile.least_trl and level.isdigit() and int(level) < self.profile.least_trl:
            text = gettext("Readiness level %(level)s is below %(least)s")
            yield "maturity", text % {"level": level, "least": self.profile.least_trl}

    def judgements(self, row: Row) -> dict[str, Judgement]:
        """All criteria for one candidate."""
        profile, stored, language = self.profile, row.stored, self.language
        return {
            "topic": criteria.topic(profile, self.features, stored, row.score, language),
            "place": criteria.place(profile, stored, language),
            "support": criteria.support(profile, stored, language),
            "maturity": criteria.maturity(stored),
            "language": criteria.language_fit(profile, stored, language),
            "capacity": criteria.capacity(profile, stored),
            "freshness": criteria.freshness(stored, self.today),
        }

    def score(self, row: Row) -> float:
        """The weighted sum of the criteria. What speaks of something else gains little by being near or fresh."""
        judged = self.judgements(row)
        about = judged["topic"].value
        others = sum(WEIGHTS[name] * one.value for name, one in judged.items() if name != "topic")
        whole = WEIGHTS["topic"] * about + others * self._weight_of_others(about)
        if about > ANSWERS:
            whole += LIKE * criteria.likeness_of_title(self.profile, row.stored)
        return whole * SUNK if criteria.overdue(row.stored, self.today) else whole

    @staticmethod
    def _weight_of_others(about: float) -> float:
        return min(1.0, about * 1.5)

    def match(self, row: Row, score: float) -> Match:
        """The match with its reasons, largest share first, and its caveats."""
        stored = row.stored
        shown_in, title = choose(stored["title"], self.language, stored["language"])
        _, summary = choose(stored.get("summary", {}), self.language, stored["language"])
        return Match(
            id=stored["id"], type=stored["type"], title=title, language=shown_in, score=round(score, 4),
            for_=self._reasons(row), against=tuple(criteria.caveats(self.profile, stored, self.language, self.today)),
            snippet=summary, places=tuple(stored.get("places", ())), provider=stored.get("provider", ""),
            confirmed_on=stored["confirmed"], sample=stored.get("sample", False),
            confirm_by=stored.get("confirm_by", ""), labels=tuple(stored.get("labels", ())),
        )  # fmt: skip

    def _reasons(self, row: Row) -> tuple[Reason, ...]:
        judged = self.judgements(row)
        parts = {name: WEIGHTS[name] * one.value for name, one in judged.items() if one.value > 0}
        weight = self._weight_of_others(judged["topic"].value)
        parts = {name: part if name == "topic" else part * weight for name, part in parts.items()}
        whole = sum(parts.values()) or 1.0
        reasons = [Reason(name, round(part / whole, 4), judged[name].text) for name, part in parts.items()]
        return tuple(sorted(reasons, key=lambda reason: -reason.share))


__all__ = [
    "FITS", "SUPPLY", "Caveat", "Excluded", "Match", "Matching", "Reason", "match_need", "match_record",
    "match_text",
]  # fmt: skip
