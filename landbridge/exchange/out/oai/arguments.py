"""What a harvester asked for, read as strictly as the protocol wants it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from landbridge.exchange.out.oai import stamps

REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset(),
    "ListSets": frozenset(),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": frozenset({"metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix"}),
}
"""Verb to the arguments without which it means nothing."""
_OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListIdentifiers": frozenset({"from", "until", "set"}),
    "ListRecords": frozenset({"from", "until", "set"}),
}
_RESUMABLE: Final = frozenset({"ListSets", "ListIdentifiers", "ListRecords"})
_TOKEN: Final = "resumptionToken"  # noqa: S105
_UNRESERVED: Final = r"[A-Za-z0-9\-_.!~*'()]+"
_FORMS: Final = {
    "identifier": re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"),
    "metadataPrefix": re.compile(_UNRESERVED),
    "set": re.compile(f"{_UNRESERVED}(?::{_UNRESERVED})*"),
    _TOKEN: re.compile(r"[\x21-\x7e]+"),
}
"""What the arguments look like, as the schema of the protocol has it."""
_LONGEST: Final = 2000


@dataclass
class Problem(Exception):
    """An error in the words of the protocol."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Asked:
    """A request that can be answered: its verb and its arguments, each of the right form."""

    verb: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str | None:
        return self.arguments.get(_TOKEN)


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """A request from the pairs of its query or its form.

    Raises:
        Problem: badVerb or badArgument; then nothing of the request may be repeated in the answer.
    """
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in REQUIRED:
        known = ", ".join(REQUIRED)
        what = "The verb is missing" if not verbs else "The verb is given twice" if len(verbs) > 1 else "Unknown verb"
        raise Problem("badVerb", f"{what}; use one of {known}.")
    verb, arguments = verbs[0], [(name, value) for name, value in pairs if name != "verb"]
    _check_names(verb, arguments)
    found = dict(arguments)
    _check_forms(found)
    return Asked(verb, found)


def _bad(message: str) -> Problem:
    return Problem("badArgument", message)


def _check_names(verb: str, arguments: Sequence[tuple[str, str]]) -> None:
    times = Counter(name for name, _ in arguments)
    allowed = REQUIRED[verb] | _OPTIONAL.get(verb, frozenset()) | ({_TOKEN} if verb in _RESUMABLE else frozenset())
    if set(times) - allowed:
        raise _bad(f"{verb} takes {_listed(allowed) or 'no arguments'} and nothing else.")
    if any(number > 1 for number in times.values()):
        raise _bad(f"Each argument of {verb} may be given once.")
    if _TOKEN in times:
        if len(times) > 1:
            raise _bad(f"{_TOKEN} stands alone beside the verb.")
        return
    missing = REQUIRED[verb] - set(times)
    if missing:
        raise _bad(f"{verb} needs {_listed(missing)}.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _check_forms(arguments: Mapping[str, str]) -> None:
    for name, value in arguments.items():
        form = _FORMS.get(name)
        if form is not None and (len(value) > _LONGEST or not form.fullmatch(value)):
            raise _bad(f"{name} does not have the form that the protocol gives it.")
    dates = [arguments[name] for name in ("from", "until") if name in arguments]
    try:
        bounds = [stamps.read(value) for value in dates]
    except stamps.BadDate:
        raise _bad("from and until are written YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.") from None
    if len({stamps.is_day(value) for value in dates}) > 1:
        raise _bad("from and until must have the same granularity.")
    if len(bounds) == 2 and dates[0] > dates[1]:
        raise _bad("from must not be later than until.")
