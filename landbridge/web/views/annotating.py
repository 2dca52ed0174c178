"""Saying something of a record of others: an annotation is begun, with what is known filled in."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods

from landbridge.exchange.annotations import FORMAT, KINDS, begun
from landbridge.lib.languages import LANGUAGES, NAMES, choose
from landbridge.registry import copies
from landbridge.registry.queries import RecordView, get
from landbridge.registry.writing import Forbidden
from landbridge.web.labels import choice_name, reader_language
from landbridge.web.people import actor_of, reader_of
from landbridge.web.views.records import readable_id
from landbridge.web.views.writing import owners, refused_page, working


def _meaning(kind: str) -> str:
    """What it means to say this."""
    return {
        "endorsement": gettext("You stand behind it, and say why."),
        "translation": gettext("You offer it in another language, in your name."),
        "comment": gettext("You add what you know of it."),
        "correction": gettext("You say what is wrong. Its people decide what they change."),
    }[kind]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@working
def say(request: HttpRequest, record_id: str) -> HttpResponse:
    """What I want to say of this record, for whom and in which language; then the form of an annotation."""
    if not readable_id(record_id):
        raise Http404(record_id)
    view = get(record_id, reader_of(request))
    if not view.is_published or view.format == FORMAT:
        raise Http404(record_id)
    if request.method == "POST":
        return _begin(request, view)
    kind = request.GET.get("kind", "")
    tag, title = choose(view.data["title"], reader_language(), view.language)
    return render(request, "network/say.html", {
        "view": view, "title": title, "title_language": tag, "kind": kind if kind in KINDS else "comment",
        "kinds": [(one, choice_name(one), _meaning(one)) for one in KINDS],
        "owners": owners(request), "tongues": [(tag, NAMES[tag]) for tag in LANGUAGES],
    })  # fmt: skip


def _begin(request: HttpRequest, view: RecordView) -> HttpResponse:
    kind, language = request.POST.get("kind", ""), request.POST.get("language", "")
    owner = request.POST.get("owner", "")
    if (owner and not readable_id(owner)) or kind not in KINDS:
        return refused_page(request, f"/records/{view.id}")
    tongue = language if language in LANGUAGES else reader_language()
    answers, visibility = begun(view, kind, _title(view, kind, tongue), tongue)
    if name := dict(owners(request)).get(owner):
        answers["by"] = [{"name": name}]
    try:
        copy = copies.begin(
            actor=actor_of(request), format=FORMAT, owner=owner or None, answers=answers, language=tongue,
            title=answers["title"][tongue], visibility=visibility,
        )  # fmt: skip
    except Forbidden:
        return refused_page(request, f"/records/{view.id}")
    return HttpResponseRedirect(f"/write/{copy.id}")


def _title(view: RecordView, kind: str, language: str) -> str:
    """“Comment: Mangrove nursery”, in the language in which it will be written."""
    with override(language):
        named: dict[str, Any] = {
            "kind": choice_name(kind),
            "title": choose(view.data["title"], language, view.language)[1],
        }
        return gettext("%(kind)s: %(title)s") % named
