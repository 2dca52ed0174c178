"""What came in with a form: which button, which answers, from which page; and the save that follows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest, QueryDict

from landbridge.formats import tidy
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold, vocabulary
from landbridge.lib.languages import is_language_tag
from landbridge.registry import copies, naming
from landbridge.registry.copies import Saved, Typed
from landbridge.registry.merging import apply, fingerprint, is_empty, piece
from landbridge.registry.models import WorkingCopy
from landbridge.registry.queries import Unknown
from landbridge.web.forms.asked import words
from landbridge.web.forms.posted import Posted
from landbridge.web.forms.read import Sent, pieces
from landbridge.web.labels import reader_language
from landbridge.web.people import actor_of, reader_of

_MOVES: Final = ("remove", "up", "down")
_VERBS: Final = ("save", "next", "go", "language", "add", *_MOVES, "find", "upload", "preview", "finish")
_MOST_PIECES: Final = 2_000


@dataclass(frozen=True)
class Verb:
    """The button that was pressed: what to do, with which question, with which of its rows."""

    name: str = "save"
    path: str = ""
    at: int = -1


def verb_of(request: HttpRequest) -> Verb:
    """The button; what is no button of ours saves."""
    name, _, rest = request.POST.get("_do", "").partition(":")
    path, _, at = rest.partition(":")
    if name == "tongue":
        return Verb("language", request.POST.get("_tongue", "")[:20])
    if name not in _VERBS:
        return Verb()
    return Verb(name, path[:200], int(at) if at.isascii() and at.isdigit() and len(at) < 6 else -1)


def counted(form: QueryDict, name: str) -> int:
    """A number that the page keeps; 0 where it is none."""
    given = form.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def tongue_of(form: Mapping[str, Any], name: str, copy: WorkingCopy) -> str:
    """The language of the texts on the page."""
    asked = str(form.get(name, ""))
    return asked if is_language_tag(asked) else copy.language


def typed_of(request: HttpRequest, copy: WorkingCopy, verb: Verb, *, by_itself: bool = False) -> Typed:
    """The answers that the page sent, in pieces, with what it began from."""
    posted = Posted.of(request.POST)
    if verb.name in _MOVES:
        posted = posted.moved(verb.path, verb.name, verb.at)
    sent = Sent(posted, tongue_of(request.POST, "_language", copy), copy.language, _parties(posted))
    answers = dict(pieces(FORMATS[copy.format], sent, copy.answers))
    answers.update(_states(posted, copy))
    was = _was(request.POST.get("_was", ""))
    if "_writer" in request.POST and "_end" not in request.POST:
        answers, was = _of_half(request.POST, copy, answers, was)
    return Typed(
        pieces=answers, was=was, writer=request.POST.get("_writer", "")[:16],
        number=counted(request.POST, "_saved") + 1, by_itself=by_itself,
    )  # fmt: skip


def _of_half(
    form: QueryDict, copy: WorkingCopy, answers: dict[str, Any], was: dict[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a page sent that a broken line had cut off: its last question may have come without half of its controls.

    What is missing there takes nothing away; what is told there and was not before is put beside what is kept, to
    choose.
    """
    last = next((name for name in reversed(form) if not name.startswith(("_", "csrf"))), "").partition(".")[0]
    taken, known = dict(answers), dict(was)
    for path in [path for path in answers if path.partition(".")[0] == last]:
        kept = piece(copy.answers, path)
        if _is_part(answers[path], kept):
            del taken[path]
        elif not is_empty(kept):
            known[path] = ""
    return taken, known


def _is_part(typed: Any, kept: Any) -> bool:
    """Whether nothing was told that is not kept already."""
    if isinstance(typed, list) and isinstance(kept, list):
        return all(one in kept for one in typed)
    if isinstance(typed, dict) and isinstance(kept, dict):
        return all(kept.get(name) == one for name, one in typed.items())
    if isinstance(typed, str) and isinstance(kept, str):
        return kept.startswith(typed.rstrip())
    return is_empty(typed)


def _states(posted: Posted, copy: WorkingCopy) -> dict[str, str]:
    """How translations came about: by people, which goes without saying, or by a machine."""
    states = copy.answers.get("translations")
    known = states if isinstance(states, dict) else {}
    return {
        f"translations.{tag}": how
        for tag, how in posted.under("translations")
        if is_language_tag(tag) and (how == "machine" or (how == "human" and tag in known))
    }


def _was(sent: str) -> dict[str, str]:
    """The fingerprints that the page keeps; what cannot be read counts as none."""
    try:
        found = json.loads(sent or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(path): str(value) for path, value in list(found.items())[:_MOST_PIECES]}


def _parties(posted: Posted) -> dict[str, str]:
    """Names of parties that were typed, to their ids."""
    known = {}
    for text in posted.text("disclosed_to.find").split(",")[:20]:
        name = text.strip()
        country = vocabulary("countries").find(name) if name else None
        found = [] if country or not name else naming.named(name, reader_language())
        if country is not None:
            known[name.casefold()] = country.id
        elif len(found) == 1 or any(fold(label) == fold(name) for _, label in found):
            known[name.casefold()] = next((one for one, label in found if fold(label) == fold(name)), found[0][0])
    return known


def fingerprints(copy: WorkingCopy, names: tuple[str, ...], language: str) -> dict[str, str]:
    """What the pieces of a page are now, for the page to keep."""
    asked = questions(FORMATS[copy.format])
    paths = [f"{name}.{language}" if asked[name].kind in ("text", "rich_text") else name for name in names]
    return {path: fingerprint(piece(copy.answers, path)) for path in [*paths, f"translations.{language}"]}


def save(request: HttpRequest, copy: WorkingCopy, typed: Typed, file: dict[str, Any] | None = None) -> Saved:
    """Save what was typed, with a file that came along."""
    if file is not None:
        files = typed.pieces["files"] if "files" in typed.pieces else piece(copy.answers, "files")
        kept = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
        fresh = [one for one in kept if one.get("sha256") not in (file["sha256"], None)]  # Its words are with it.
        typed = replace(typed, pieces={**typed.pieces, "files": [*fresh, file]})
    return copies.save(actor=actor_of(request), copy_id=copy.id, typed=typed)


def revived(request: HttpRequest, copy_id: str) -> tuple[WorkingCopy, bool]:
    """The copy that a form is for. One that was published or discarded meanwhile goes on as a new one, so that what was
    typed after that is not lost: (copy, whether it is new).

    Raises:
        Unknown: there never was one, as far as this person can know.
    """
    actor = actor_of(request)
    try:
        return copies.mine(copy_id, actor), False
    except Unknown:
        if not request.POST.get("_format"):
            raise
    record_id, owner = (tidy.printable(request.POST.get(name, "")) for name in ("_record", "_owner"))
    try:
        record_id = record_id or copies.became(actor=actor, copy_id=copy_id).id
        return copies.revising(actor=actor, reader=reader_of(request), record_id=record_id), True
    except Unknown:
        if record_id:
            raise
    original, format = request.POST.get("_original", ""), request.POST.get("_format", "")
    if format not in FORMATS or not is_language_tag(original):
        raise Unknown(copy_id)
    return copies.begin(actor=actor, format=format, language=original, owner=owner, answers={}, title=""), True


def picked(answers: Mapping[str, Any], picks: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with the chosen pieces put in."""
    chosen = dict(answers)
    for path, answer in picks.items():
        chosen = apply(chosen, path, answer)
    return chosen


def shown_line(answer: Any) -> str:
    """Any answer as plain words, whatever its form."""
    if isinstance(answer, dict):
        return "; ".join(filter(None, map(shown_line, answer.values())))
    if isinstance(answer, list):
        return "; ".join(filter(None, map(shown_line, answer)))
    return words(answer)
