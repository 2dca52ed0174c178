"""What waits for review: queues by role, many records at once, and undoing it with one press."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.parties.permissions import Permission
from landbridge.registry import bulk, comments, review
from landbridge.registry.bulk import Refusal, Ticked
from landbridge.registry.readers import Standing
from landbridge.registry.review import Asked, Queue
from landbridge.registry.workflow import Verb
from landbridge.web.forms.held import keeping
from landbridge.web.people import actor_of, signed_in, standing
from landbridge.web.states import party_name, verb_done, verb_name
from landbridge.web.views.errors import telling
from landbridge.web.views.work import LONGEST_NOTE, LongNote, note_too_long, tidy_note, whole_number

_AT_ONCE: Final[dict[Queue, tuple[Verb, ...]]] = {
    Queue.DECIDE: (Verb.PUBLISH, Verb.RETURN), Queue.OVERDUE: (Verb.CONFIRM, Verb.RETIRE),
}  # fmt: skip
"""What can be done to many records of a queue at once."""
_TAKES: Final = {
    Verb.PUBLISH: Permission.PUBLISH, Verb.RETURN: Permission.RETURN, Verb.CONFIRM: Permission.CONFIRM,
    Verb.RETIRE: Permission.RETIRE,
}  # fmt: skip
_REFUSED: Final = "refused"
"""Where a session keeps why records of the last bulk action were left alone; what was done stands in the journal."""


def queue_name(queue: Queue) -> str:
    """What a queue is called."""
    return {
        Queue.DECIDE: gettext("Waits for a decision"), Queue.RETURNED: gettext("Returned to me"),
        Queue.COMMENTS: gettext("Remarks for me"), Queue.OVERDUE: gettext("Not confirmed in time"),
        Queue.EXPERTS: gettext("Experts to vet"),
    }[queue]  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """A queue with its length."""

    queue: Queue
    name: str
    count: int
    here: bool

    @property
    def many(self) -> bool:
        return self.count >= review.MANY


@signed_in
def queues(request: HttpRequest) -> HttpResponse:
    """What waits for the person, queue by queue."""
    return _page(request, request.GET.get("queue", ""))


def _queues_of(me: Standing) -> list[Queue]:
    """The queues in which something can wait for somebody."""
    decides = any(_somewhere(me, permission) for permission in (Permission.PUBLISH, Permission.RETURN))
    found = [Queue.DECIDE] if decides else []
    found += [Queue.RETURNED, Queue.COMMENTS, Queue.OVERDUE]
    return [*found, Queue.EXPERTS] if me.has_everywhere(Permission.VET) else found


def _somewhere(me: Standing, permission: Permission) -> bool:
    return me.has_everywhere(permission) or bool(me.parties_with(permission))


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    return Asked(
        given.get("type", "") if given.get("type", "") in FORMATS else "",
        given.get("party", "")[:100].replace("\x00", ""),
        given.get("language", "") if given.get("language", "") in LANGUAGES else "",
        given.get("after", "")[:200],
    )


def _page(request: HttpRequest, chosen: str, problem: str = "", note: str = "", status: int = 200) -> HttpResponse:
    me, now = standing(request), datetime.now(UTC)
    open_to = _queues_of(me)
    queue = Queue(chosen) if chosen in open_to else open_to[0]
    asked = _asked(request)
    waits, after = _waits(queue, me, asked, now)
    filters = {"type": asked.format, "party": asked.party, "language": asked.language}
    kept = {name: value for name, value in filters.items() if value}
    verbs = [verb for verb in _AT_ONCE.get(queue, ()) if _somewhere(me, _TAKES[verb])]
    page: dict[str, Any] = {
        "tabs": [Tab(one, queue_name(one), _count(one, me, now), one == queue) for one in open_to],
        "queue": queue, "queue_name": queue_name(queue), "waits": waits, "filters": filters, "filtered": bool(kept),
        "next": f"?{urlencode({'queue': queue, **kept, 'after': after})}" if after else "",
        "here_query": urlencode({"queue": queue, **kept, "after": asked.after}),
        "first": f"?{urlencode({'queue': queue, **kept})}" if asked.after else "",
        "formats": list(FORMATS), "languages_of_text": LANGUAGES,
        "parties": _parties(queue, me, now), "verbs": [(verb, verb_name(verb)) for verb in verbs],
        "all": request.GET.get("all") == "1", "batch": uuid.uuid4().hex, "problem": problem, "note": note,
        "ticked": {one.record_id for one in map(ticked_record, request.POST.getlist("tick")) if one},
        "longest_note": LONGEST_NOTE, "limit": bulk.LIMIT,
    }  # fmt: skip
    return render(request, "review/queue.html", page, status=status)


def _waits(queue: Queue, me: Standing, asked: Asked, now: datetime) -> tuple[list[tuple[Any, datetime | date]], str]:
    """What waits, each with since when, and the key of the next page."""
    if queue == Queue.COMMENTS:
        threads, after = comments.for_person(me, asked)
        return [(thread, thread.at) for thread in threads], after
    lines, after = review.page(queue, me, asked, now)
    return [(line, line.since(queue)) for line in lines], after


def _count(queue: Queue, me: Standing, now: datetime) -> int:
    return comments.count_for(me) if queue == Queue.COMMENTS else review.count(queue, me, now)


def _parties(queue: Queue, me: Standing, now: datetime) -> list[tuple[str, str]]:
    """The parties to filter by: those of whose records something waits."""
    if queue == Queue.COMMENTS:
        return []
    named = [(owner, party_name(owner, names)) for owner, names in review.owners(queue, me, now)]
    return sorted(named, key=lambda pair: pair[1])


@keeping
@signed_in
def at_once(request: HttpRequest) -> HttpResponse:
    """Do the same to all ticked records, and show what became of each."""
    if request.method != "POST":  # Somebody chose another language on the page that answered a press.
        return HttpResponseRedirect(f"/review?{request.GET.urlencode()}")
    given, queue = request.POST, request.GET.get("queue", "")
    ticked = [one for value in given.getlist("tick") if (one := ticked_record(value))]
    typed = given.get("note", "")
    verb, batch = given.get("do", ""), given.get("batch", "")
    if verb not in bulk.DO or not bulk.is_batch(batch):
        return _page(request, queue, gettext("Nothing was done."), typed, 400)
    try:
        note = tidy_note(typed)
    except LongNote:
        return _page(request, queue, note_too_long(), typed, 422)
    if not ticked:
        return _page(request, queue, gettext("Tick the records first. Nothing was done."), note, 422)
    if verb == Verb.RETURN and not note:
        return _page(request, queue, gettext("Say in the note what should change. Nothing was done."), note, 422)
    if bulk.exists(batch):  # The button was pressed twice: what became of it stands there already.
        return HttpResponseRedirect(f"/review/batch/{batch}")
    try:
        outcome = bulk.perform(
            actor=actor_of(request), standing=standing(request), verb=Verb(verb), ticked=ticked, batch=batch, note=note
        )
    except bulk.TooMany:
        told = gettext("At most %(limit)s records at once. Nothing was done.") % {"limit": bulk.LIMIT}
        return _page(request, queue, told, note, 422)
    return _shown(request, outcome)


def ticked_record(value: str) -> Ticked | None:
    """A record from a ticked box: its id and the newest change that was seen of it."""
    record_id, _, after = value.rpartition(":")
    return Ticked(record_id, whole_number(after)) if 0 < len(record_id) <= 100 and "\x00" not in record_id else None


def _shown(request: HttpRequest, outcome: bulk.Outcome) -> HttpResponse:
    """Keep why records were left alone, and go to the page of the outcome, which can be looked at again."""
    kept = [[one.record_id, one.why] for one in outcome.refused]
    request.session[_REFUSED] = {"batch": outcome.batch, "refused": kept, "verb": outcome.verb}
    return HttpResponseRedirect(f"/review/batch/{outcome.batch}")


@signed_in
@telling
def batch(request: HttpRequest, name: str) -> HttpResponse:
    """What became of a bulk action, and the way back."""
    if not bulk.is_batch(name):
        raise Http404(name)
    me = standing(request)
    kept = request.session.get(_REFUSED) or {}
    mine = kept if kept.get("batch") == name else {"refused": [], "verb": ""}
    refused = [Refusal(*one) for one in mine["refused"]]
    done = bulk.done_in(name, me)
    if not done and not refused:
        raise Http404(name)
    verb = done[0].verb if done else str(mine["verb"])
    titles = review.titles_of([one.record_id for one in refused], me)
    page = {
        "batch": name, "verb": verb_done(verb), "done": done, "undoing": uuid.uuid4().hex,
        "left": sum(one.is_newest for one in done) if verb in bulk.UNDO else 0,
        "refused": [(one.record_id, titles.get(one.record_id, ("", {}))[1], why_not(one.why)) for one in refused],
    }  # fmt: skip
    return render(request, "review/batch.html", page)


def why_not(why: str) -> str:
    """Why a record was left alone."""
    return {
        "forbidden": gettext("Your role does not allow it for this record."),
        "changed": gettext("Somebody changed it meanwhile. Look at it again."),
        "not_possible": gettext("It is in a state in which this cannot be done."),
        "unsafe": gettext("It speaks of traditional knowledge and names no consent that covers it."),
        "unknown": gettext("There is no such record for you."),
    }.get(why, why)  # fmt: skip


@keeping
@signed_in
@telling
def undo(request: HttpRequest, name: str) -> HttpResponse:
    """Undo a bulk action of one's own."""
    if request.method != "POST":
        return HttpResponseRedirect(f"/review/batch/{quote(name)}")
    undoing = request.POST.get("undoing", "")
    if not bulk.is_batch(name) or not bulk.is_batch(undoing):
        raise Http404(name)
    if bulk.exists(undoing):
        return HttpResponseRedirect(f"/review/batch/{undoing}")
    outcome = bulk.undo(
        actor=actor_of(request), standing=standing(request), batch=name, undoing=undoing, note=gettext("Undone")
    )
    return _shown(request, outcome)
