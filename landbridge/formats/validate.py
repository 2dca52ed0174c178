"""Check answers against their format: clean answers out, or every error with its field path and language."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from landbridge.formats.format import CommonFormat
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import DEFAULT, is_language_tag


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (`cost_lines.0.item`), what, in which language of the text if in one."""

    field: str
    message: str
    code: str
    language: str | None = None


class InvalidRecord(ValueError):
    """The answers do not fit their format; `problems` names each place and its remedy."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


def format_named(name: object) -> type[CommonFormat]:
    """The format of this name.

    Raises:
        InvalidRecord: there is none.
    """
    if isinstance(name, str) and name in FORMATS:
        return FORMATS[name]
    known = ", ".join(FORMATS)
    raise InvalidRecord([Problem("format", f"“{str(name)[:40]}” is not a format; there are {known}.", "format")])


def validate(format_name: object, answers: object, language: str = DEFAULT) -> dict[str, Any]:
    """Tidy and check answers; a bare string counts as text in `language`. Unanswered questions are left out.

    Raises:
        InvalidRecord: with all problems at once.
    """
    model = format_named(format_name)
    if not is_language_tag(language):
        raise InvalidRecord([Problem("language", f"“{language[:40]}” is not a language tag.", "language_tag")])
    if not isinstance(answers, dict):
        raise InvalidRecord([Problem("data", "The answers must be an object of field names.", "data_type")])
    try:
        record = model.model_validate(answers, context={"language": language})
    except ValidationError as error:
        raise InvalidRecord([_problem(details) for details in error.errors(include_url=False)]) from None
    return record.model_dump(mode="json", exclude_none=True, exclude_unset=True)


_REMEDIES = {
    "missing": "This question must be answered.",
    "extra_forbidden": "This format has no such question; look the names up under /api/v1/schemas.",
    "none_required": "This question must be answered.",
    "dict_type": "This question must be answered.",
    "bool_parsing": "Write true or false.",
    "date_from_datetime_parsing": "Write a date such as 2026-03-31.",
}


def _problem(details: ErrorDetails) -> Problem:
    location = [str(part) for part in details["loc"]]
    language = (details.get("ctx") or {}).get("tag")
    empty = details["type"] == "dict_type" and details["input"] is None
    remedy = _REMEDIES.get(details["type"]) if details["type"] != "dict_type" or empty else None
    return Problem(".".join(location), remedy or details["msg"], details["type"], language)
