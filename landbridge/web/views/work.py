"""A record for those who work on it: its state, what can be done, what was said on its answers, and its trail.

One form holds everything that can be typed, so that whichever button is pressed, nothing that was typed is lost.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.formats import tidy
from landbridge.formats.format import questions, referred
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord
from landbridge.lib.languages import is_language_tag
from landbridge.parties.permissions import Permission
from landbridge.registry import actions, audit, comments, review
from landbridge.registry.endorsements import endorsements
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, Unknown, latest
from landbridge.registry.workflow import NotPossible, State, Verb
from landbridge.registry.writing import Conflict, Forbidden, Said
from landbridge.web.forms.errors import wrongs
from landbridge.web.forms.held import keeping
from landbridge.web.people import actor_of, signed_in, standing
from landbridge.web.states import moment, verb_done
from landbridge.web.views.errors import not_found, telling
from landbridge.web.views.records import readable_id
from landbridge.web.work import (
    Open,
    Typed,
    acting,
    answers,
    buttons,
    endorsers,
    heading,
    may_write,
    open_record,
    owner_name,
    reading_of,
    steps,
)

Do = Callable[..., Record]
DO: Final[dict[str, Do]] = {
    Verb.SUBMIT: actions.submit, Verb.WITHDRAW: actions.withdraw, Verb.RETURN: actions.return_,
    Verb.PUBLISH: actions.publish, Verb.TAKE_BACK: actions.take_back, Verb.RETIRE: actions.retire,
    Verb.RESTORE: actions.restore, Verb.CONFIRM: actions.confirm,
}  # fmt: skip
_ENDORSING: Final[dict[str, Do]] = {Verb.ENDORSE: actions.endorse, Verb.UNENDORSE: actions.unendorse}
LONGEST_NOTE: Final = 2000
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@keeping
@signed_in
@telling
def work(request: HttpRequest, record_id: str) -> HttpResponse:
    """The page, and everything that is done on it."""
    if not readable_id(record_id):
        raise Http404(record_id)
    try:
        here = open_record(record_id, standing(request))
    except Unknown:
        return _lost(request) or not_found(request)
    return _act(request, here) if request.method == "POST" else _page(request, here, Typed())


def _lost(request: HttpRequest) -> HttpResponse | None:
    """What somebody typed on a record that is not open to them, or not any more: they get their words back. It says
    the same of a record that never was."""
    if request.method != "POST":
        return None
    typed = _typed(request.POST)
    words = [text for text in (typed.note, *typed.on.values(), *typed.replies.values()) if text.strip()]
    return render(request, "review/lost.html", {"words": words}, status=404) if words else None


def tidy_note(text: str) -> str:
    """A note as it is kept.

    Raises:
        LongNote: it is longer than the journal keeps.
    """
    kept = tidy.lines(text)
    if len(kept) > LONGEST_NOTE:
        raise LongNote(text)
    return kept


def whole_number(text: str) -> int:
    """A number from an address or a form; 0 for anything else."""
    return int(text) if _NUMBER.fullmatch(text or "") else 0


def _typed(given: QueryDict) -> Typed:
    texts = {name: text for name in given if (text := str(given[name])).strip()}
    on = {name.removeprefix("on:"): text for name, text in texts.items() if name.startswith("on:")}
    replies = {
        whole_number(name.removeprefix("reply:")): text for name, text in texts.items() if name.startswith("reply:")
    }
    return Typed(given.get("note", ""), on, replies)


def _act(request: HttpRequest, here: Open) -> HttpResponse:
    """Keep the remarks first, then do what was pressed: whatever fails, what was typed comes back."""
    typed = _typed(request.POST)
    typed = _keep_remarks(request, here.view, typed)
    if typed.problems:
        return _page(request, here, typed, gettext("One remark could not be kept. It stands below."), 422)
    try:
        done = _pressed(request, here, typed)
    except _Unsaid:
        return _page(request, here, typed, gettext("Say in a remark or in the note what should change."), 422)
    except LongNote:
        return _page(request, here, typed, note_too_long(), 422)
    except InvalidRecord as problems:
        return _page(request, here, typed, _problems(here.view, problems), 422)
    except Forbidden:
        return _page(request, here, typed, gettext("Your role does not allow this. Nothing was changed."), 403)
    except (Conflict, NotPossible):
        return _overtaken(request, here, typed)
    messages.success(request, done)
    return HttpResponseRedirect(_back(request, here.view.id))


def _keep_remarks(request: HttpRequest, view: RecordView, typed: Typed) -> Typed:
    """Save every remark and reply; what cannot be saved stays typed, with the reason."""
    to_save: list[tuple[str, str, dict[str, Any]]] = [
        (f"on:{name}", text, {"field": name}) for name, text in typed.on.items()
    ]
    to_save += [(f"reply:{key}", text, {"answers": key}) for key, text in typed.replies.items()]
    problems: dict[str, str] = {}
    for key, text, about in to_save:
        try:
            comments.add(
                actor=actor_of(request), reader=standing(request).reader(), record_id=view.id, text=text, **about
            )
        except comments.BadComment as bad:
            problems[key] = _wrong(bad)
        except (Forbidden, Unknown):
            problems[key] = gettext("You may not comment on this.")
    on = {name: text for name, text in typed.on.items() if f"on:{name}" in problems}
    replies = {key: text for key, text in typed.replies.items() if f"reply:{key}" in problems}
    return Typed(typed.note, on, replies, problems)


def _wrong(bad: comments.BadComment) -> str:
    if bad.why == "long":
        return gettext("A remark has at most %(most)s characters.") % {"most": comments.LONGEST}
    return gettext("There is no such answer any more; say it on the record as a whole.")


def note_too_long() -> str:
    """What to do about a note that is too long."""
    return gettext("A note has at most %(most)s characters. Nothing was done.") % {"most": LONGEST_NOTE}


class LongNote(ValueError):
    """A note is longer than the journal keeps."""


class _Unsaid(ValueError):
    """A record was to be returned without a word on what should change."""


def _pressed(request: HttpRequest, here: Open, typed: Typed) -> str:
    """Do what was pressed, and say it."""
    do, _, about = request.POST.get("do", "").partition(":")
    actor = actor_of(request)
    note = tidy_note(typed.note)
    after = whole_number(request.POST.get("after", "")) or None
    if do in ("settle", "reopen"):
        comments.settle(
            actor=actor, reader=standing(request).reader(), comment_id=whole_number(about), settled=do == "settle"
        )
        return gettext("The thread is settled.") if do == "settle" else gettext("The thread is open again.")
    if do in _ENDORSING:
        _ENDORSING[do](actor=actor, record_id=here.view.id, party=about[:100], said=Said(note, after=after))
        return verb_done(do)
    if do not in DO:
        return gettext("Your remarks are kept.")
    if do == Verb.RETURN and not note and not _has_open_threads(here.view, request):
        raise _Unsaid
    DO[do](actor=actor, record_id=here.view.id, said=Said(note, after=after))
    return verb_done(do)


def _has_open_threads(view: RecordView, request: HttpRequest) -> bool:
    every = comments.threads(view, standing(request).reader()).values()
    return any(not thread.settled for threads in every for thread in threads)


def _problems(view: RecordView, problems: InvalidRecord) -> str:
    """What keeps it from being shown, each with the question that it is about."""
    lines = [f"{one.label}: {one.message}" for one in wrongs(FORMATS[view.format], problems.problems)]
    return gettext("It cannot be shown yet. %(problems)s") % {"problems": " ".join(lines)}


def _overtaken(request: HttpRequest, here: Open, typed: Typed) -> HttpResponse:
    """Somebody was faster: who, what and when; the record as it is now, and the note as it was typed."""
    now = review.last_change(here.view.id)
    told = gettext("The record was changed meanwhile, so nothing was done. Your note is kept below.")
    if now is not None:
        told = gettext("%(name)s was faster: %(what)s, %(when)s. Nothing else was done; your note is kept below.")
        told %= {"name": now.name or gettext("Somebody"), "what": verb_done(now.verb), "when": moment(now.at)}
    return _page(request, open_record(here.view.id, standing(request)), typed, told, 409)


def _back(request: HttpRequest, record_id: str) -> str:
    """The page again, or the queue for those who do not see the record in its new state."""
    try:
        latest(record_id, standing(request).reader())
    except Unknown:
        return "/review"
    return f"/records/{record_id}/work"


def _page(request: HttpRequest, here: Open, typed: Typed, problem: str = "", status: int = 200) -> HttpResponse:
    view, me = here.view, standing(request)
    roles = review.publishers(view.owner)
    endorsed = endorsements(view.id)
    trail = audit.of_view(me, view, roles, whole_number(request.GET.get("before", "")))
    do = buttons(view, me)
    newest = _newest(view, trail, request)
    may_endorse, may_unendorse = endorsers(view, me, endorsed)
    page: dict[str, Any] = {
        "view": view, "whole": here.whole, "typed": typed, "problem": problem, "owner": owner_name(view, roles),
        "buttons": do, "may_write": here.whole and may_write(view, me),
        "steps": steps(view, me, roles), "endorsed": endorsed, "may_endorse": may_endorse,
        "may_unendorse": may_unendorse, "after": newest.serial if newest else 0, "longest_note": LONGEST_NOTE,
        "longest": comments.LONGEST,
        "own_words": view.author == me.account_id and any(one.do == Verb.PUBLISH for one in do),
        "audits": me.may(Permission.AUDIT, view.owner, view.author), "acting": acting(me, roles),
        "vets": view.format == "expert" and me.has_everywhere(Permission.VET),
    }  # fmt: skip
    page |= _read(request, here, typed)
    page |= {"trail": trail, "returned": newest if view.state == State.RETURNED else None}
    return render(request, "review/work.html", page, status=status)


def _newest(view: RecordView, trail: audit.Trail | None, request: HttpRequest) -> review.News | None:
    """The record's newest change, which stands at the top of its trail unless an older page of that is open."""
    if trail is None or not trail.lines or "before" in request.GET:
        return review.last_change(view.id)
    top = trail.lines[0]
    return review.News(top.serial, top.verb, top.state, top.at, top.actor_id, top.actor, top.note)


def _read(request: HttpRequest, here: Open, typed: Typed) -> dict[str, Any]:
    """The answers with what was said on each, and how the record is headed."""
    view, me = here.view, standing(request)
    wanted = request.GET.get("in", "")
    ids = set(referred(view.data))
    titles = review.titles_of(ids, me) if ids and here.whole else {}
    reading = reading_of(view, wanted if is_language_tag(wanted) else "", titles)
    if not here.whole:
        return heading(view, reading)
    threads = comments.threads(view, me.reader())
    asked = questions(FORMATS[view.format])
    there = {thread.first.id for every in threads.values() for thread in every}
    # What was typed to a question or a remark that is not there any more is not lost: it comes back with the rest.
    homeless = [text for name, text in typed.on.items() if name and name not in asked]
    homeless += [text for key, text in typed.replies.items() if key not in there]
    return heading(view, reading) | {
        "sections": list(answers(view, reading, threads, typed)),
        "overall": threads.get("", []),
        "typed_overall": "\n\n".join([*filter(None, [typed.on.get("")]), *homeless]),
        "may_comment": me.may(Permission.COMMENT, view.owner, view.author),
    }
