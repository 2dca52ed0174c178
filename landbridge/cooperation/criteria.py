"""The criteria of a match: each gives a figure from 0 to 1 with its reason, or nothing; and what is open or against it.

Only what speaks for a match counts: where nothing is known nothing is added, and what is against it is said apart.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from landbridge.cooperation.features import Features
from landbridge.cooperation.profile import Profile
from landbridge.formats.vocabulary import find, vocabulary
from landbridge.search.analysis import fold, normalise
from landbridge.search.document import day
from landbridge.search.places import subregion, with_regions
from landbridge.search.understand import SUBJECTS, label_of

WEIGHTS: Final = {
    "topic": 0.72, "place": 0.10, "support": 0.07, "maturity": 0.02, "language": 0.04, "capacity": 0.03,
    "freshness": 0.02,
}  # fmt: skip
"""How much each criterion counts; they add up to 1."""
BREADTH: Final = 0.5
"""How far what a record says often must give way to how much of the need it speaks of at all."""
LEAST_ASKED: Final = 5.0
"""The worth of one and a half telling subjects: a need of less than that, such as one everyday word, is never met
in full."""
MOST_ASKED: Final = 30.0
"""The worth of ten telling subjects: no record speaks of all that stands in a long text."""
_LEVELS: Final = ("none", "low", "medium", "high")
_GROUPS: Final = ("SIDS", "LDC", "LLDC")
_PROTECTED_RIGHTS: Final = frozenset(
    {"patent-pending", "patent-granted", "secret-know-how", "exclusive-rights", "plant-variety"}
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A criterion's figure from 0 to 1, and what makes its reason in a sentence, only for those who are shown it."""

    value: float = 0.0
    reason: Callable[[], str] | None = None

    @property
    def text(self) -> str:
        """The reason, or nothing where there is nothing to say."""
        return self.reason() if self.reason else ""


NOTHING: Final = Judgement()


def _say(value: float, template: Callable[[], str], **parts: Callable[[], str]) -> Judgement:
    """A judgement whose sentence is put together when somebody reads it, in that reader's language."""
    return Judgement(value, lambda: template() % {name: part() for name, part in parts.items()})


_WORDS: Final = re.compile(r"\w+")


def likeness_of_title(profile: Profile, stored: Mapping[str, Any]) -> float:
    """How far the need says just what the title says, in whichever language: 1 for the same words, no more and no
    less."""
    best = 0.0
    for title in stored["title"].values():
        words = set(_WORDS.findall(fold(normalise(title))))
        best = max(best, len(words & profile.said) / (len(words | profile.said) or 1))
    return best


@dataclass(frozen=True, slots=True)
class Caveat:
    """What is open or speaks against a match."""

    criterion: str
    text: str


def _list(names: list[str]) -> str:
    """Names joined as the reader's language joins them; the comma of each script."""
    return gettext(", ").join(names)


def place_names(places: list[str], language: str) -> str:
    """At most three places, each once, by their usual names."""
    names = []
    for place in list(dict.fromkeys(places))[:3]:
        term = vocabulary("countries").terms.get(place) or vocabulary("regions").terms.get(place)
        names.append(_short_name(term.labels, language) if term else place)
    return _list(names)


def _short_name(labels: Mapping[str, tuple[str, ...]], language: str) -> str:
    """The usual name of a country rather than the one with its form of government in brackets."""
    names = labels.get(language) or labels.get("en") or ("",)
    return names[1] if "(" in names[0] and len(names) > 1 else names[0]


def topic(profile: Profile, features: Features, stored: Mapping[str, Any], score: float, language: str) -> Judgement:
    """How much of what the need speaks of the record speaks of as well."""
    often = 1 - math.exp(-2.0 * score / min(features.ideal, MOST_ASKED))
    value = often * (1 - BREADTH + BREADTH * breadth(profile, features, stored))
    return Judgement(value, lambda: _topic_text(profile, features, stored, language))


def breadth(profile: Profile, features: Features, stored: Mapping[str, Any]) -> float:
    """How much of all that is asked for the record speaks of at all, from 0 to 1."""
    met: dict[int, float] = {}
    for key in features.keys.intersection(stored.get("keys", ())):
        for place, value in features.answered_by[key]:
            if value > met.get(place, 0.0):
                met[place] = value
    written = _written(profile, stored) if features.words else ""
    for place, value, word in features.words:
        if word in written and value > met.get(place, 0.0):
            met[place] = value
    return min(1.0, sum(met.values()) / min(max(features.whole, LEAST_ASKED), MOST_ASKED))


def _written(profile: Profile, stored: Mapping[str, Any]) -> str:
    """The title and the summary in the language of the need, folded as words are; a space where there is none."""
    texts = (stored["title"].get(profile.language, ""), stored.get("summary", {}).get(profile.language, ""))
    return f" {fold(normalise(' '.join(texts)))} "


def _topic_text(profile: Profile, features: Features, stored: Mapping[str, Any], language: str) -> str:
    shared = [key for key in stored.get("keys", ()) if key in profile.spans]
    chosen: dict[int, str] = {}
    for key in sorted(shared, key=lambda key: (_rank(key), -features.importance.get(key, 0.0))):
        chosen.setdefault(profile.spans[key], key)
    told = _worth_telling(sorted(chosen.values(), key=lambda key: (_rank(key), -features.importance.get(key, 0.0))))
    labels = [label for label in dict.fromkeys(label_of(key, language) for key in told) if label]
    if labels:
        return gettext("Is about the same: %(subjects)s") % {"subjects": _list(labels[:4])}
    words = _shared_words(profile, stored)
    if words:
        return gettext("Uses the same words: %(words)s") % {"words": _list(words)}
    return gettext("Is close to what is asked")


def _worth_telling(keys: list[str]) -> list[str]:
    """Subjects of the field, and only where there are none, other words: "savanna" says more than "around"."""
    return [key for key in keys if _rank(key) < len(SUBJECTS)] or keys[:3]


def _rank(key: str) -> int:
    """Subjects of the field are named before everything else, everyday words last."""
    name = key.split(":", 1)[0]
    if name in SUBJECTS:
        return SUBJECTS.index(name)
    return 99 if name in ("lexicon", "wordnet") else len(SUBJECTS)


def _shared_words(profile: Profile, stored: Mapping[str, Any]) -> list[str]:
    texts = " ".join([*stored["title"].values(), *stored.get("summary", {}).values()])
    folded = fold(normalise(texts))
    return [token for token in profile.aspects if len(token) > 3 and token in folded][:4]


def place(profile: Profile, stored: Mapping[str, Any], language: str) -> Judgement:
    """How near the record is to the place of the need: the country, its region, a country in a like situation."""
    if not profile.places:
        return NOTHING
    there, served = list(stored.get("places", ())), list(stored.get("served", ()))
    wanted = dict.fromkeys(profile.places)
    same = [name for name in there if name in wanted]
    if same:
        return _at(1.0, lambda: gettext("At work in %(place)s"), same, language)
    around = {region for name in wanted for region in with_regions(name)}
    serving = [name for name in served if name in around]
    if serving:
        return _at(0.9, lambda: gettext("Serves %(place)s"), serving, language)
    covering = [name for name in there if name in around]
    if covering:
        return _at(0.8, lambda: gettext("Covers %(place)s"), covering, language)
    inside = [name for name in there if any(region in wanted for region in with_regions(name))]
    if inside:
        return _at(0.8, lambda: gettext("At work in %(place)s"), inside, language)
    return _like_place(wanted, there, served, language)


def _at(value: float, template: Callable[[], str], places: list[str], language: str) -> Judgement:
    return _say(value, template, place=lambda: place_names(places, language))


def _like_place(wanted: Mapping[str, None], there: list[str], served: list[str], language: str) -> Judgement:
    near = {subregion(name) for name in wanted} - {""}
    neighbours = [name for name in there if subregion(name) in near]
    if neighbours:
        return _at(0.6, lambda: gettext("Known in the same region: %(place)s"), neighbours, language)
    for group in _GROUPS:
        if any(group in with_regions(name) for name in wanted):
            alike = [name for name in there if group in with_regions(name)]
            if alike:
                return _at(0.5, _group_text(group), alike, language)
    if "001" in there or "001" in served:
        return Judgement(0.3, lambda: gettext("Works all over the world"))
    return NOTHING


def _group_text(group: str) -> Callable[[], str]:
    if group == "SIDS":
        return lambda: gettext("Done in other small island developing States: %(place)s")
    if group == "LLDC":
        return lambda: gettext("Done in other landlocked developing countries: %(place)s")
    return lambda: gettext("Done in other least developed countries: %(place)s")


def support(profile: Profile, stored: Mapping[str, Any], language: str) -> Judgement:
    """Whether the record gives the kinds of support that are asked for."""
    given = set(stored.get("support", ()))
    met = sorted(kind for kind in profile.support if kind in given)
    if not met:
        return NOTHING
    value = 0.6 + 0.4 * len(met) / len(profile.support)
    kinds = vocabulary("support_types").terms
    return _say(
        value, lambda: gettext("Gives the support that is asked for: %(kinds)s"),
        kinds=lambda: _list([kinds[kind].label(language) for kind in met[:3] if kind in kinds]),
    )  # fmt: skip


def maturity(stored: Mapping[str, Any]) -> Judgement:
    """How proven a technology is."""
    level = str(stored.get("trl", "")).removeprefix("trl-")
    if not level.isdigit() or int(level) < 5:
        return NOTHING
    if int(level) < 7:
        return _say(int(level) / 9, lambda: gettext("Tried out: readiness level %(level)s of 9"), level=lambda: level)
    return _say(int(level) / 9, lambda: gettext("Proven: readiness level %(level)s of 9"), level=lambda: level)


def language_fit(profile: Profile, stored: Mapping[str, Any], language: str) -> Judgement:
    """Whether those who ask can read it and work in it."""
    common = sorted(profile.languages & {*stored["title"], *stored.get("languages", ())})
    if not common:
        return NOTHING
    return _say(
        1.0, lambda: gettext("In a language you work in: %(language)s"),
        language=lambda: _language_name(common[0], language),
    )  # fmt: skip


def _language_name(tag: str, language: str) -> str:
    term = find(f"languages:{tag}")
    return term.label(language) if term else tag


def capacity(profile: Profile, stored: Mapping[str, Any]) -> Judgement:
    """Whether power, water, skills and connectivity on the spot are enough."""
    needs: Mapping[str, str] = stored.get("needs", {})
    known = [name for name in needs if name in profile.capacity]
    if not known or any(_lacks(profile.capacity[name], needs[name]) for name in known):
        return NOTHING
    return Judgement(1.0, lambda: gettext("Runs with what is there"))


def _level(name: str) -> int:
    return _LEVELS.index(name) if name in _LEVELS else 1


def freshness(stored: Mapping[str, Any], today: date) -> Judgement:
    """How lately somebody said that it is true."""
    if not stored.get("confirmed_by_hand"):
        return NOTHING
    days = today.toordinal() - date.fromisoformat(stored["confirmed"]).toordinal()
    if days <= 365:
        return Judgement(1.0, lambda: gettext("Confirmed within the last year"))
    return Judgement(0.6, lambda: gettext("Confirmed within the last two years")) if days <= 730 else NOTHING


def overdue(stored: Mapping[str, Any], today: date) -> bool:
    """Whether the day by which somebody had to confirm it is past."""
    last: str = stored.get("confirm_by") or ""
    return bool(last) and date.fromisoformat(last) < today


def _capacity_names() -> dict[str, str]:
    return {
        "power": gettext("power"), "water": gettext("water"), "skills": gettext("skills"),
        "connectivity": gettext("connectivity"),
    }  # fmt: skip


def caveats(profile: Profile, stored: Mapping[str, Any], language: str, today: date) -> Iterator[Caveat]:
    """What is open or against it, most serious first."""
    flags: Mapping[str, Any] = stored.get("flags", {})
    needs: Mapping[str, str] = stored.get("needs", {})
    lacking = [name for name in needs if _lacks(profile.capacity.get(name), needs[name])]
    if lacking:
        names = _list([_capacity_names()[name] for name in lacking])
        yield Caveat("capacity", gettext("Takes more than is there: %(names)s") % {"names": names})
    if flags.get("caution"):
        yield Caveat("risk", gettext("Contains living modified organisms: a risk assessment is due"))
    if flags.get("outcome") in ("failed", "mixed"):
        yield Caveat("risk", gettext("Tells of what did not work; read it as a warning"))
    if stored.get("risk"):
        yield Caveat("risk", gettext("Adverse effects are described; read them first"))
    yield from _rights(profile, stored, language)
    if not (profile.languages & (set(stored["title"]) | set(stored.get("languages", ())))):
        yield Caveat("language", gettext("Not told in a language you work in"))
    if profile.places and not stored.get("places") and not stored.get("served"):
        yield Caveat("place", gettext("Does not say where it works"))
    if flags.get("cost_basis") in ("at_cost", "paid", "loan"):
        yield Caveat("cost", gettext("Costs money"))
    years = (today - date.fromisoformat(stored["confirmed"])).days // 365
    if overdue(stored, today) and years < 2:
        yield Caveat("freshness", gettext("Nobody has confirmed it in time"))
    if years >= 2:
        text = ngettext("Not confirmed for %(years)s year", "Not confirmed for %(years)s years", years)
        yield Caveat("freshness", text % {"years": years})
    closes = int(stored["closes"])
    if 0 <= closes - day(today) <= 30:
        left = closes - day(today)
        yield Caveat("time", ngettext("Closes in %(days)s day", "Closes in %(days)s days", left) % {"days": left})
    if stored.get("sample"):
        yield Caveat("sample", gettext("A sample record, made to show how the network works"))


def _lacks(available: str | None, needed: str) -> bool:
    return available is not None and _level(available) < _level(needed)


def _rights(profile: Profile, stored: Mapping[str, Any], language: str) -> Iterator[Caveat]:
    rights = set(stored.get("ip", ()))
    if rights & _PROTECTED_RIGHTS:
        names = [vocabulary("ip_status").terms[name].label(language) for name in sorted(rights & _PROTECTED_RIGHTS)]
        yield Caveat("rights", gettext("Rights to settle: %(rights)s") % {"rights": _list(names)})
    elif stored["type"] == "technology" and not rights:
        yield Caveat("rights", gettext("Does not say whose rights it is under"))
