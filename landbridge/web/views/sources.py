"""Sources of records from elsewhere: the list, each one with its runs, and what is asked of who adds one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from landbridge.exchange.in_ import held, sources_actions, sources_queries
from landbridge.exchange.in_.claims import Busy
from landbridge.exchange.in_.door import Door
from landbridge.exchange.in_.doors import door, doors
from landbridge.exchange.in_.sources_actions import Wrong
from landbridge.exchange.models import Source, SourceRun
from landbridge.registry.queries import Unknown
from landbridge.registry.writing import Forbidden
from landbridge.web.forms import keeping
from landbridge.web.labels import said
from landbridge.web.people import actor_of, signed_in
from landbridge.web.source_forms import SourceForm, hours_name, told_settings
from landbridge.web.views.errors import not_found

PLACE: Final = "/sources"
View = Callable[..., HttpResponse]


def looking(view: View) -> View:
    """A view for those who may look at sources; for everybody else there is nothing here."""

    @wraps(view)
    @signed_in
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            sources_actions.require_look(actor_of(request))
            return view(request, *args, **named)
        except (Forbidden, Unknown):
            return not_found(request)

    return guarded


def runs_it(request: HttpRequest) -> bool:
    """Whether the person may add, run and undo."""
    return sources_actions.may_run(actor_of(request))


def door_of(source: Source) -> Door | None:
    """The door of a source; None when this node does not have it any more."""
    try:
        return door(source.door)
    except LookupError:
        return None


def status_words(status: str) -> tuple[str, str]:
    """How a run, or a source by its last one, stands: in a word, and its look."""
    return {
        "never": (gettext("Never asked yet"), ""), "waits": (gettext("Begins in a moment"), ""),
        "runs": (gettext("Under way"), ""), "failed": (gettext("Ended early"), "waits"),
        "well": (gettext("Done"), "shown"), "undone": (gettext("Undone"), ""),
        "undoing": (gettext("Is being undone"), ""),
    }[status]  # fmt: skip


@require_safe
@looking
def every(request: HttpRequest) -> HttpResponse:
    """All sources."""
    lines = [
        {"line": line, "door": _door_name(line.source), "status": status_words(line.status)}
        for line in sources_queries.every()
    ]
    return render(request, "sources/every.html", {"lines": lines, "runs_it": runs_it(request)})


def _door_name(source: Source) -> str:
    known = door_of(source)
    return said(known.label) if known else source.door


@keeping
@looking
def new(request: HttpRequest) -> HttpResponse:
    """Choose a door; then say what it needs."""
    if not runs_it(request):
        return not_found(request)
    try:
        chosen = door(request.GET.get("door", ""))
    except LookupError:
        known = [{"name": one.name, "label": said(one.label), "about": said(one.about)} for one in doors()]
        return render(request, "sources/doors.html", {"doors": sorted(known, key=lambda one: one["label"])})
    form = SourceForm(chosen, None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = sources_actions.add(
                actor=actor_of(request), source_id=form.cleaned_data["id"], door_name=chosen.name, **form.told()
            )
        except Wrong as wrong:
            form.refuse(wrong)
        else:
            return HttpResponseRedirect(f"{PLACE}/{made.pk}")
    return _form(request, form, chosen, None)


@keeping
@looking
def edit(request: HttpRequest, source_id: str) -> HttpResponse:
    """Change what a source is asked, and how often."""
    source = sources_actions.the_source(source_id)
    chosen = door_of(source)
    if chosen is None or not runs_it(request):
        return not_found(request)
    form = SourceForm(chosen, source, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            sources_actions.change(actor=actor_of(request), source_id=source_id, **form.told())
        except Wrong as wrong:
            form.refuse(wrong)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(f"{PLACE}/{source_id}")
    return _form(request, form, chosen, source)


def _form(request: HttpRequest, form: SourceForm, chosen: Door, source: Source | None) -> HttpResponse:
    told = {"form": form, "door": said(chosen.label), "about": said(chosen.about), "source": source}
    return render(request, "sources/form.html", told, status=400 if form.errors else 200)


@require_safe
@looking
def one(request: HttpRequest, source_id: str) -> HttpResponse:
    """A source: what to do with it, its runs, and how it is asked."""
    source = sources_actions.the_source(source_id)
    known = door_of(source)
    runs = sources_queries.runs_of(source)
    preview = sources_queries.last_preview(source)
    told = {
        "source": source, "door": _door_name(source), "takes": known.takes if known else "address",
        "runs": [(one, status_words(sources_queries.status(one))) for one in runs],
        "busy": any(one.ended_at is None for one in runs), "preview": preview,
        "settings": list(told_settings(known, source)) if known else [], "every": hours_name(source.every),
        "mapped": source.door == "table", "runs_it": runs_it(request),
        "kept": sources_queries.put_by(source).count(),
        "drafted": sources_queries.put_by(source, drafted=True).exists(),
    }  # fmt: skip
    return render(request, "sources/one.html", told)


@require_POST
@looking
def act(request: HttpRequest, source_id: str) -> HttpResponse:
    """Preview, run, let rest, wake."""
    what, actor = request.POST.get("what", ""), actor_of(request)
    if what in ("rest", "wake"):
        sources_actions.enable(actor=actor, source_id=source_id, on=what == "wake")
        return HttpResponseRedirect(f"{PLACE}/{source_id}")
    if what not in ("preview", "run", "again"):
        raise Http404(what)
    return asked(request, source_id, preview=what == "preview", again=what == "again")


def asked(
    request: HttpRequest, source_id: str, *, preview: bool, again: bool = False, file: str = "", held_as: str = ""
) -> HttpResponse:
    """Have it run or looked at, and show how it goes."""
    try:
        run = sources_actions.ask(
            actor=actor_of(request), source_id=source_id, preview=preview, again=again, file=file, held_as=held_as
        )
    except Busy:
        messages.error(request, gettext("A run of this source waits or is under way already."))
        return HttpResponseRedirect(f"{PLACE}/{source_id}")
    except Wrong:
        messages.error(request, gettext("Choose a file first."))
        return HttpResponseRedirect(f"{PLACE}/{source_id}")
    return to_run(run)


def to_run(run: SourceRun) -> HttpResponse:
    """The page of a run that goes on by itself; it asks again every few seconds until somebody says not to."""
    return HttpResponseRedirect(f"{PLACE}/{run.source_id}/runs/{run.pk}?watch=1")


@require_POST
@looking
def bring(request: HttpRequest, source_id: str) -> HttpResponse:
    """Take a file for a source and look at what would come of it."""
    sources_actions.require_run(actor_of(request))
    sources_actions.the_source(source_id)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        messages.error(request, gettext("Choose a file that is not empty, of at most 20 MB."))
        return HttpResponseRedirect(f"{PLACE}/{source_id}")
    held_as = held.hold(file.chunks())
    return asked(request, source_id, preview=True, file=file.name or "", held_as=held_as)


@keeping
@looking
def remove(request: HttpRequest, source_id: str) -> HttpResponse:
    """Ask a source no more, once somebody has said what becomes of its records."""
    source = sources_actions.the_source(source_id)
    if not runs_it(request):
        return not_found(request)
    records = request.POST.get("records", "")
    if request.method == "POST" and records in ("keep", "retire"):
        try:
            last = sources_actions.remove(
                actor=actor_of(request), source_id=source_id, records="keep" if records == "keep" else "retire"
            )
        except Busy:
            messages.error(request, gettext("A run of this source waits or is under way already."))
            return HttpResponseRedirect(f"{PLACE}/{source_id}")
        messages.success(request, gettext("The source is removed."))
        return to_run(last) if last else HttpResponseRedirect(PLACE)
    return render(request, "sources/remove.html", {"source": source})
