"""Names of things in the reader's language: formats, terms, places, languages, choices, dates, numbers."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal, format_currency, format_decimal
from django.utils.translation import get_language, gettext, pgettext

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.lib.languages import DEFAULT, LANGUAGES

FACET_VOCABULARY: Final = {
    "ecosystem": "ecosystems", "target": "targets", "theme": "themes", "support": "support_types",
    "ip": "ip_status", "trl": "trl",
}  # fmt: skip
"""Facet to the vocabulary of its values."""


def reader_language() -> str:
    """The language of the page that is being made, one of our six."""
    tag = get_language() or DEFAULT
    return tag if tag in LANGUAGES else DEFAULT


@cache
def _locale(tag: str) -> Locale:
    """The rules for dates and numbers; English is that of the United Nations, which is British."""
    return Locale.parse("en_GB" if tag == "en" else tag)


def said(message: str) -> str:
    """A label that stands in a format, in the reader's language; an empty one stays empty."""
    return gettext(message) if message else ""


def format_name(name: str) -> str:
    """What one record of the format is called."""
    return said(FORMATS[name].label) if name in FORMATS else name


def format_plural(name: str) -> str:
    """What several records of the format are called."""
    return said(FORMATS[name].plural) if name in FORMATS else name


def side(name: str) -> str:
    """The side of a match that a format stands on: `need`, `supply` or `context`; it decides the colour."""
    return FORMATS[name].side if name in FORMATS else "context"


def term_label(vocabulary_name: str, identifier: str) -> str:
    """The label of a term, or its id where the vocabulary does not have it."""
    term = vocabulary(vocabulary_name).terms.get(identifier)
    return capital(term.label(reader_language())) if term else identifier


def capital(label: str) -> str:
    """A label as it begins a line."""
    return label[:1].upper() + label[1:]


def place_term(identifier: str) -> Term | None:
    """The country or region of this id."""
    return vocabulary("countries").terms.get(identifier) or vocabulary("regions").terms.get(identifier)


def place_name(identifier: str) -> str:
    """The usual name of a country or region: not the one with the form of government in brackets."""
    term = place_term(identifier)
    if term is None:
        return identifier
    language = reader_language()
    names = term.labels.get(language) or term.labels.get(DEFAULT) or (identifier,)
    return names[1] if "(" in names[0] and len(names) > 1 else names[0]


def places_named(identifiers: Iterable[str], most: int = 3) -> str:
    """Places in a row of words, and how many more there are."""
    every = list(dict.fromkeys(identifiers))
    shown = listed(place_name(place) for place in every[:most])
    more = len(every) - most
    return gettext("%(places)s and %(count)s more") % {"places": shown, "count": number(more)} if more > 0 else shown


def listed(names: Iterable[str]) -> str:
    """Names joined as the reader's language joins them."""
    return gettext(", ").join(names)


def language_name(tag: str) -> str:
    """The name of a language in the reader's, as it stands within a sentence."""
    term = vocabulary("languages").terms.get(tag)
    if term is not None:
        return term.label(reader_language())
    try:
        return Locale.parse(tag, sep="-").get_display_name(reader_language()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def facet_label(facet: str, value: str) -> str:
    """The label of a facet's value."""
    if facet == "type":
        return format_plural(value)
    if facet == "place":
        return place_name(value)
    if facet == "language":
        return capital(language_name(value))
    if facet in FACET_VOCABULARY:
        return term_label(FACET_VOCABULARY[facet], value)
    return value


def facet_name(facet: str) -> str:
    """What a facet is called above its values."""
    return {
        "type": gettext("Kind of record"), "place": gettext("Countries and regions"),
        "ecosystem": gettext("Ecosystems"), "target": gettext("Global biodiversity targets"),
        "theme": gettext("Themes of the Convention"), "support": gettext("Kinds of support"),
        "ip": gettext("Intellectual property"), "trl": gettext("Readiness level"),
        "language": gettext("Language of the text"), "freshness": gettext("Year of last confirmation"),
    }.get(facet, facet)  # fmt: skip


def criterion_name(criterion: str) -> str:
    """What a criterion of a match is called."""
    return {
        "topic": pgettext("criterion", "Subject"), "place": pgettext("criterion", "Place"),
        "support": pgettext("criterion", "Kind of support"), "maturity": pgettext("criterion", "Maturity"),
        "language": pgettext("criterion", "Language"), "capacity": pgettext("criterion", "Capacity on the spot"),
        "freshness": pgettext("criterion", "Freshness"), "rights": pgettext("criterion", "Rights"),
        "cost": pgettext("criterion", "Cost"), "risk": pgettext("criterion", "Risk"),
        "time": pgettext("criterion", "Time"), "sample": pgettext("criterion", "Sample"),
        "closed": pgettext("criterion", "Closed"), "expired": pgettext("criterion", "Time"),
    }.get(criterion, criterion)  # fmt: skip


def choice_name(value: str) -> str:
    """One of a few fixed answers (`on_site`, `lasting`) in words."""
    return said(CHOICES.get(value, value))


CHOICES: Final = {
    "lasting": "Lasting", "promising": "Promising", "mixed": "Mixed", "failed": "Failed",
    "on_site": "On site", "online": "Online", "hybrid": "On site and online",
    "self_declared": "Self-declared", "nominated": "Nominated", "approved": "Approved",
    "referenced": "References checked",
    "pro_bono": "Without a fee", "expenses": "Expenses only", "paid": "Paid",
    "measure": "Measure", "barrier": "Barrier", "developing": "Developing countries",
    "developed": "Developed countries", "both": "Both", "public_domain": "Public domain", "proprietary": "Proprietary",
    "free": "Free of charge", "at_cost": "At cost", "matched": "Matched funding", "grant": "Grant", "loan": "Loan",
    "regional": "Regional support centre", "subregional": "Subregional support centre",
    "global": "Global coordination", "partner": "Partner", "excellence": "Centre of excellence",
    "users": "Begun by its users", "tradition": "Handed down by tradition", "research": "From research",
    "project": "From a project", "company": "From a company",
    "enabling": "Enabling environments", "barriers": "Barriers to transfer",
    "innovative": "Innovative approaches", "incentives": "Incentives for private actors",
    "priority_access": "Access on priority terms",
    "insignificant": "Insignificant", "less": "Less important", "important": "Important", "crucial": "Crucial",
    "killer": "Stops everything",
    "establishment": "Establishment", "operation": "Operation",
    "related": "Related", "part-of": "Part of", "uses": "Uses", "answers": "Answers", "follows": "Follows",
    "replaces": "Replaces", "evidence": "Evidence", "translation": "Translation",
    "endorsement": "Endorsement", "comment": "Comment", "correction": "Correction",
}  # fmt: skip
"""English words for the fixed answers of the formats; a test holds this list complete."""


def spelled(day: date | datetime | str | None) -> str:
    """A date in words: 3 March 2026. Anything that is no date comes back as it is."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day[:10])
        except ValueError:
            return str(day)
    return format_date(day, "long", locale=_locale(reader_language())) if day else ""


def month(day: date | datetime | str) -> str:
    """A date by its month: March 2026."""
    value = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return format_skeleton("yMMMM", value, locale=_locale(reader_language()))


def number(value: Any) -> str:
    """A number with the marks of the reader's language; those below a thousand are alike in all six."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(int(value))
    try:
        return format_decimal(value, locale=_locale(reader_language()))
    except (ArithmeticError, ValueError, TypeError):
        return str(value)


def short_number(value: int) -> str:
    """A number as it fits on a small tile: 1K, 12K."""
    locale = _locale(reader_language())
    return number(value) if value < 1000 else format_compact_decimal(value, locale=locale)


def money(amount: Any, currency: str) -> str:
    """An amount with its currency, without idle decimals."""
    locale = _locale(reader_language())
    value = float(amount)
    return format_currency(
        value, currency, locale=locale, currency_digits=not value.is_integer(),
        format=None if not value.is_integer() else _whole_pattern(locale),
    )  # fmt: skip


def _whole_pattern(locale: Locale) -> str:
    return str(locale.currency_formats["standard"].pattern).replace(".00", "")
