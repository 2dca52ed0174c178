"""Writing a record: choose what, fill in section by section, and nothing that was typed is lost."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES, NAMES, is_language_tag
from landbridge.parties.permissions import Permission
from landbridge.registry import copies, naming
from landbridge.registry.models import WorkingCopy
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Forbidden
from landbridge.web.forms import keeping
from landbridge.web.forms.conflict import clash
from landbridge.web.forms.page import Page, assets, context, page_of
from landbridge.web.forms.saving import Verb, revived, save, typed_of, verb_of
from landbridge.web.forms.uploads import bring
from landbridge.web.labels import reader_language
from landbridge.web.people import actor_of, reader_of, signed_in, standing
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id

View = Callable[..., HttpResponse]


def working(view: View) -> View:
    """A view on somebody's own writing: held when the session is over, 404 for what is not theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        return keeping(signed_in(telling(view)))(request, *args, **named)

    return guarded


@working
def choose(request: HttpRequest, format: str = "") -> HttpResponse:
    """What I write, for whom, in which language; and what I have begun."""
    if format and format not in FORMATS:
        raise Http404(format)
    return render(request, "writing/choose.html", {
        "formats": [(name, model.about, model.side) for name, model in FORMATS.items() if model.listed],
        "chosen": format or request.GET.get("format", ""),
        "owners": owners(request),
        "tongues": [(tag, NAMES[tag]) for tag in LANGUAGES],
        "begun": copies.every(actor_of(request)),
        **assets(),
    })  # fmt: skip


def owners(request: HttpRequest) -> list[tuple[str, str]]:
    """For whom the person may write, by name; themselves always."""
    mine, language = standing(request), reader_language()
    names = naming.names_of(mine.parties_with(Permission.DRAFT), language)
    if mine.has_everywhere(Permission.DRAFT):
        names |= naming.everybody(language)
    return sorted(names.items(), key=lambda one: one[1])


@require_http_methods(["GET", "HEAD", "POST"])
@working
def new(request: HttpRequest, format: str) -> HttpResponse:
    """Start a working copy, and go to its form; who only comes by the address is asked first."""
    if format not in FORMATS:
        raise Http404(format)
    if request.method != "POST":
        return choose(request, format)
    language, owner = request.POST.get("language", ""), request.POST.get("owner", "")
    if owner and not readable_id(owner):
        return refused_page(request, "/write")
    try:
        copy = copies.begin(
            actor=actor_of(request), format=format, owner=owner or None, answers={}, title="",
            language=language if is_language_tag(language) else reader_language(),
        )  # fmt: skip
    except Forbidden:
        return refused_page(request, "/write")
    return HttpResponseRedirect(f"/write/{copy.id}")


@require_GET
@working
def revise(request: HttpRequest, record_id: str) -> HttpResponse:
    """Go on writing a record: to the copy that I began, or to a new one of its latest revision."""
    if not readable_id(record_id):
        raise Http404(record_id)
    try:
        copy = copies.revising(actor=actor_of(request), reader=reader_of(request), record_id=record_id)
    except (Forbidden, NotPossible):
        return refused_page(request, f"/records/{record_id}")
    return HttpResponseRedirect(f"/write/{copy.id}")


@require_http_methods(["GET", "HEAD", "POST"])
@working
def form(request: HttpRequest, copy_id: str) -> HttpResponse:
    """The form of a working copy, and what comes back from it."""
    if request.method == "POST":
        return _take(request, copy_id)
    try:
        copy = copies.mine(copy_id, actor_of(request))
    except Unknown:
        record = copies.became(actor=actor_of(request), copy_id=copy_id)
        return HttpResponseRedirect(f"/records/{record.id}")
    return render(request, "writing/form.html", context(request, page_of(request, copy)))


def _take(request: HttpRequest, copy_id: str) -> HttpResponse:
    """Keep what was typed, then do what the button says."""
    copy, is_new = revived(request, copy_id)
    verb = verb_of(request)
    typed = typed_of(request, copy, verb)
    notes, file = _file(request, copy, verb)
    saved = save(request, copy, typed, file)
    if saved.refused:
        return clash(request, saved)
    if is_new:
        messages.info(request, gettext("The draft was not there any more. What you typed is in this new one."))
    if notes:
        messages.error(request, notes)
    return HttpResponseRedirect(_next(request, saved.copy, verb))


def _file(request: HttpRequest, copy: WorkingCopy, verb: Verb) -> tuple[str, dict[str, Any] | None]:
    """What there is to say about a file that came along, and the file as an answer."""
    brought = bring(request, "files.new", actor_of(request))
    if isinstance(brought, str):
        return brought, None
    if brought is None:
        return (gettext("Choose a file first.") if verb.name == "upload" else ""), None
    return "", brought.answer(request.POST.get("files.new.alt", ""), request.POST.get("files.new.caption", ""))


def _next(request: HttpRequest, copy: WorkingCopy, verb: Verb) -> str:
    """Where the button leads."""
    page = Page.asked(request.POST, copy, hidden=True)
    start = f"/write/{copy.id}"
    if verb.name in ("preview", "finish"):
        return f"{start}/{verb.name}"
    pairs, anchor = page.after(verb)
    return f"{start}?{urlencode(pairs)}{anchor}"


def refused_page(request: HttpRequest, back: str) -> HttpResponse:
    """What this person may not do, or this record cannot have done to it now; and the way back."""
    return render(request, "writing/refused.html", {"back": back}, status=403)
