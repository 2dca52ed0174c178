"""The answers of another node's record, checked as our own are: older editions are brought up to date, what this node
does not know yet is told apart from what is wrong, because an update cures it."""

from functools import lru_cache
from typing import Any, Final, cast

from pydantic import create_model

from landbridge.formats import tidy
from landbridge.formats.editions import current, upgrade
from landbridge.formats.format import ALWAYS_TOLD, CommonFormat, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, Problem, validate
from landbridge.lib.languages import is_language_tag

_TERMS: Final = frozenset({"unknown_term", "unknown_code", "unknown_country"})
_MISSING: Final = frozenset({"missing", "none_required"})
_MOST: Final = 900


class NotTaken(ValueError):
    """The statement waits, or stays out; `reason` is the code of the quarantine."""

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(tidy.line(problem)[:_MOST])
        self.reason = reason


def checked(format: Any, edition: Any, language: Any, data: Any) -> dict[str, Any]:
    """The answers as this node keeps them.

    Raises:
        NotTaken: they do not fit, or this node is too old for them.
    """
    if not isinstance(format, str) or format not in FORMATS:
        raise NotTaken("format", f"This node has no format {str(format)[:40]!r}; update it, then it is tried again.")
    if type(edition) is not int or edition < 1 or not isinstance(data, dict):
        raise NotTaken("invalid", "The edition is no number, or the answers are no object.")
    if not isinstance(language, str) or not is_language_tag(language) or len(language) > 12:
        raise NotTaken("invalid", "The language is no language tag.")
    editions = FORMATS[format].editions
    if edition > current(editions):
        raise NotTaken("edition", f"It is written in edition {edition} of {format}, this node knows "
                                  f"{current(editions)}; update it, then it is tried again.")  # fmt: skip
    try:
        answers, _ = upgrade(data, edition, editions)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise NotTaken("invalid", f"Its older edition cannot be brought up to date: {str(error)[:200]}") from None
    return _validated(format, language, answers)


def _validated(format: str, language: str, answers: dict[str, Any]) -> dict[str, Any]:
    try:
        return validate(format, answers, language)
    except InvalidRecord as error:
        problems = error.problems
    except (RecursionError, OverflowError):
        raise NotTaken("invalid", "Its answers cannot be read.") from None
    held_back = _held_back(format, answers)
    if problems and all(one.code in _MISSING and one.field in held_back for one in problems):
        return _partial(format, language, answers, frozenset(one.field for one in problems))
    raise _refusal(problems)


def _refusal(problems: list[Problem]) -> NotTaken:
    told = "; ".join(f"{one.field}: {one.message}" for one in problems)
    if all(one.code in _TERMS for one in problems):
        return NotTaken("term", f"It uses terms that this node does not know: {told}. Update the node, or import the "
                                "vocabulary; then it is tried again.")  # fmt: skip
    return NotTaken("invalid", told)


def _held_back(format: str, answers: dict[str, Any]) -> set[str]:
    """The questions whose answers its people tell to nobody outside."""
    withheld = answers.get("withheld")
    named = {one for one in withheld if isinstance(one, str)} if isinstance(withheld, list) else set()
    never = {name for name, question in questions(FORMATS[format]).items() if not question.public}
    return (named | never) - ALWAYS_TOLD


@lru_cache(maxsize=64)
def _model(format: str, without: frozenset[str]) -> type[CommonFormat]:
    """The format with some questions that need no answer."""
    open_questions: Any = dict.fromkeys(without, (Any, None))
    return cast("type[CommonFormat]", create_model(f"Partial{format}", __base__=FORMATS[format], **open_questions))


def _partial(format: str, language: str, answers: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    try:
        record = _model(format, without).model_validate(answers, context={"language": language})
    except ValueError as error:
        raise NotTaken("invalid", str(error)) from None
    return record.model_dump(mode="json", exclude_none=True, exclude_unset=True)
