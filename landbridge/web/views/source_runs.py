"""Runs and previews of sources: how they go, what came of them, what was refused, and how to undo them."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from landbridge.exchange.in_ import held, sources_actions, sources_queries
from landbridge.exchange.in_.undoing import what_was_done, would_do
from landbridge.exchange.models import SourceItem, SourceRun
from landbridge.formats.validate import InvalidRecord
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.people import actor_of
from landbridge.web.views.sources import PLACE, asked, door_of, looking, runs_it, status_words
from landbridge.web.views.trails import harmless
from landbridge.web.views.work import whole_number

PAGE: Final = 30
SECONDS: Final = 5
"""Between two looks at a run that goes on, while somebody watches."""


@require_safe
@looking
def run(request: HttpRequest, source_id: str, run_id: int) -> HttpResponse:
    """A run or a preview."""
    found = sources_actions.the_run(source_id, run_id)
    status = sources_queries.status(found)
    going = status in ("waits", "runs", "undoing")
    watch = going and request.GET.get("watch") == "1"
    told = {
        "run": found, "source": found.source, "status": status, "words": status_words(status), "going": going,
        "watch": watch, "runs_it": runs_it(request), "rows": _rows(found), "counts": _counts(found),
        **_refused(request, found), **_undoing(found),
        "takes_in": _takes_in(found), "mapped": found.source.door == "table",
    }  # fmt: skip
    response = render(request, "sources/run.html", told)
    if watch:
        response.headers["Refresh"] = str(SECONDS)
    return response


def _counts(run: SourceRun) -> list[tuple[str, int]]:
    """What came of it, in the order of the page; what did not happen is left out."""
    named = [
        (pgettext("records", "Read"), run.read), (pgettext("records", "New"), run.new),
        (pgettext("records", "Changed"), run.changed), (pgettext("records", "The same"), run.same),
        (gettext("No longer there"), run.gone), (gettext("Put by"), run.kept),
        (pgettext("records", "Refused"), run.refused),
    ]  # fmt: skip
    return [(name, count) for name, count in named if count or name == named[0][0]]


def _rows(run: SourceRun) -> list[dict[str, Any]]:
    words = {
        "new": pgettext("records", "New"), "changed": pgettext("records", "Changed"),
        "gone": gettext("No longer there"), "kept": gettext("Put by"),
    }  # fmt: skip
    return [{**row, "what": words.get(row.get("what", ""), "")} for row in run.shown if isinstance(row, dict)]


def _refused(request: HttpRequest, run: SourceRun) -> dict[str, Any]:
    """The page of what was refused, by what is looked for."""
    text, field = request.GET.get("q", "")[:100], request.GET.get("field", "")[:200].replace("\0", "")
    if not run.refused:
        return {"refused": [], "fields": [], "q": "", "field": "", "next": 0}
    after = whole_number(request.GET.get("after", ""))
    found = list(sources_queries.refusals(run, text, field).filter(pk__gt=after)[: PAGE + 1])
    return {
        "refused": found[:PAGE], "fields": sources_queries.refused_fields(run), "q": text, "field": field,
        "next": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }  # fmt: skip


def _undoing(run: SourceRun) -> dict[str, Any]:
    """What undoing would do, or did."""
    if run.preview or run.ended_at is None or (run.undone_by_id is not None and run.undone_at is None):
        return {}
    done = what_was_done(run) if run.undone_at is not None else would_do(run)
    return {"undo": done, "can_undo": run.undone_at is None and bool(done.retired + done.brought_back + done.restored)}


def _takes_in(run: SourceRun) -> bool:
    """Whether what a preview showed can be taken in: nothing failed, and its file is still there."""
    if not run.preview or run.ended_at is None or run.error or run.source.removed_at is not None:
        return False
    return held.held(run.held) is not None if run.held else door_of(run.source) is not None


@require_POST
@looking
def act(request: HttpRequest, source_id: str, run_id: int) -> HttpResponse:
    """Take in what a preview showed, stop, or undo."""
    what, actor = request.POST.get("what", ""), actor_of(request)
    found = sources_actions.the_run(source_id, run_id)
    if what == "take":
        sources_actions.require_run(actor)
        if not _takes_in(found):
            messages.error(request, gettext("The file is not there any more. Bring it again."))
            return HttpResponseRedirect(f"{PLACE}/{source_id}")
        return asked(request, source_id, preview=False, file=found.file, held_as=found.held)
    if what == "stop":
        sources_actions.stop(actor=actor, source_id=source_id, run_id=run_id)
    elif what == "undo":
        try:
            sources_actions.ask_undo(actor=actor, source_id=source_id, run_id=run_id)
        except sources_actions.Wrong:
            messages.error(request, gettext("Only a run that has ended can be undone."))
    else:
        raise Http404(what)
    return HttpResponseRedirect(f"{PLACE}/{source_id}/runs/{run_id}?watch=1")


@require_safe
@looking
def refused_csv(request: HttpRequest, source_id: str, run_id: int) -> HttpResponse:
    """All that is told one by one of what a run refused, for a spreadsheet."""
    found = sources_actions.the_run(source_id, run_id)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("place", "key", "field", "reason"))
    for one in sources_queries.report(found):
        writer.writerow([harmless(cell) for cell in (one.place, one.key, one.field, one.reason)])
    name = f"refused-{source_id}-{run_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    # With a byte order mark, without which spreadsheets misread every script but Latin.
    return HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@looking
def kept(request: HttpRequest, source_id: str) -> HttpResponse:
    """What was put by until somebody makes a draft of it."""
    source = sources_actions.the_source(source_id)
    text, drafted = request.GET.get("q", "")[:100], request.GET.get("drafted") == "1"
    before = whole_number(request.GET.get("before", ""))
    items = sources_queries.put_by(source, text, drafted=drafted)
    found = list((items.filter(pk__lt=before) if before else items)[: PAGE + 1])
    told = {
        "source": source, "items": [(item, list(_told_facts(item))) for item in found[:PAGE]], "q": text,
        "drafted": drafted, "next": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }  # fmt: skip
    return render(request, "sources/kept.html", told)


def _told_facts(item: SourceItem, most: int = 8) -> Iterator[tuple[str, str]]:
    """The first facts of a thing, as the source tells them."""
    for name, value in list(item.facts.items())[:most]:
        yield str(name).replace("_", " "), _spelled(value)


def _spelled(value: Any, most: int = 5) -> str:
    if isinstance(value, dict):
        return ", ".join(_spelled(one) for one in list(value.values())[:most] if one not in (None, "", [], {}))
    if isinstance(value, list):
        more = f" … (+{len(value) - most})" if len(value) > most else ""
        return "; ".join(_spelled(one) for one in value[:most]) + more
    return str(value)[:200]


@require_POST
@looking
def draft(request: HttpRequest, source_id: str, item_id: int) -> HttpResponse:
    """Make a draft of a thing, as whoever presses the button."""
    try:
        record = sources_actions.draft(actor=actor_of(request), source_id=source_id, item_id=item_id)
    except Conflict:
        messages.error(request, gettext("Somebody has made a draft of it already."))
    except Forbidden:
        messages.error(request, gettext("You may not write drafts."))
    except InvalidRecord as invalid:
        messages.error(
            request, gettext("What is known of it does not fit a record: %(why)s") % {"why": str(invalid)[:300]}
        )
    else:
        return HttpResponseRedirect(f"/records/{record.pk}/work")
    return HttpResponseRedirect(f"{PLACE}/{source_id}/kept")
