"""What is wrong with answers, in the reader's language, beside the question and in a list at the top."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from landbridge.formats.fields import Reference, Text
from landbridge.formats.format import CommonFormat, questions, sections
from landbridge.formats.validate import Problem
from landbridge.web.labels import capital, language_name, said

_MISSING: Final = frozenset({"missing", "none_required"})


@dataclass(frozen=True)
class Wrong:
    """One thing to mend: the question, where its control is, and what to do."""

    path: str
    section: str
    label: str
    message: str

    @property
    def anchor(self) -> str:
        return f"#f-{self.path}"


def _by_code(code: str) -> str:
    """What to do about the kinds of problem that a form can make; empty for all others."""
    if code in _MISSING or code == "dict_type":
        return gettext("Answer this question.")
    if "too_long" in code:
        return gettext("This is too long: shorten it.")
    if code in ("unknown_term", "one_term", "literal_error", "unknown_code", "unknown_country", "line_form"):
        return gettext("Choose from the list, or write it as the help says.")
    if code.startswith(("number_", "float_", "int_", "decimal_", "greater_", "less_")):
        return gettext("Write a number, in the range that makes sense here.")
    if code.startswith("date_"):
        return gettext("Write a day such as 2026-03-31.")
    return {
        "period_order": gettext("The period ends before it starts."),
        "consent_missing": gettext(
            "Traditional knowledge is involved: name the consent that covers this text, or leave the knowledge out."
        ),
        "alt_missing": gettext("Say what the file shows or holds, for those who cannot see it."),
        "file_missing": gettext("Choose the file that this text belongs to, or clear the text."),
        "record_missing": gettext("Choose a record from what is found, or clear the field."),
        "string_too_short": gettext("Answer this question."),
    }.get(code, "")


def _message(problem: Problem) -> str:
    part = problem.field.rpartition(".")[2]
    if problem.code == "string_pattern_mismatch":
        return {
            "url": gettext("Write an address that begins with https://."),
            "email": gettext("Write an address such as name@example.org."),
            "record": gettext("Choose a record from what is found, or clear the field."),
        }.get(part, problem.message)
    told = _by_code(problem.code) or problem.message
    if problem.field == "consent_to_list":
        told = gettext("Ask the expert first, and say here that they agreed.")
    if problem.language:
        return f"{capital(language_name(problem.language))}: {told}"
    return told


def _path(problem: Problem, model: type[CommonFormat]) -> str:
    """Where the control is: records are chosen in one field, and texts have one control for all languages."""
    name = problem.field.partition(".")[0]
    question = questions(model).get(name)
    return name if isinstance(question, Reference | Text) else problem.field


def wrongs(model: type[CommonFormat], problems: Iterable[Problem]) -> list[Wrong]:
    """The problems in the order of the form; what belongs to no question of it stands at the end."""
    where = {name: section for section, names in sections(model).items() for name in names}
    order = {name: at for at, name in enumerate(where)}
    asked = questions(model)
    found = []
    for problem in problems:
        name = problem.field.partition(".")[0]
        label = said(asked[name].label) if name in asked else name
        found.append(Wrong(_path(problem, model), where.get(name, "first"), label, _message(problem)))
    return sorted(dict.fromkeys(found), key=lambda wrong: order.get(wrong.path.partition(".")[0], len(order)))


def beside(found: Iterable[Wrong]) -> Mapping[str, tuple[str, ...]]:
    """Path of an answer to what is wrong with it."""
    told: dict[str, tuple[str, ...]] = {}
    for wrong in found:
        told[wrong.path] = (*told.get(wrong.path, ()), wrong.message)
    return told
