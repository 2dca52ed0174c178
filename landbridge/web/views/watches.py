"""What a person watches: begin, name, pause, drop and take back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from landbridge.cooperation import alerts as cooperation
from landbridge.lib.languages import choose
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import Reader
from landbridge.registry.telling import names
from landbridge.search import alerts as search
from landbridge.search import watching
from landbridge.search.models import Told, Watch
from landbridge.web.labels import number, reader_language
from landbridge.web.people import reader_of, signed_in
from landbridge.web.views.notices import number_of, own_account
from landbridge.web.views.records import readable_id
from landbridge.web.watches import address, described, kind_name

PAGE: Final = 30
_HERE: Final = "/desk/watches"


@dataclass(frozen=True)
class Line:
    """A watch in the list."""

    watch: Watch
    name: str
    described: str
    kind: str
    href: str
    told: int
    last: datetime | None


@require_GET
@signed_in
def every(request: HttpRequest) -> HttpResponse:
    """What I watch, the newest first."""
    account = own_account(request)
    found = watching.listed(account.pk, PAGE + 1, number_of(request.GET.get("before", "")))
    shown = found[:PAGE]
    dropped = number_of(request.GET.get("dropped", ""))
    return render(request, "watches/every.html", {
        "lines": _lines(shown, reader_of(request)),
        "next": f"{_HERE}?before={shown[-1].pk}" if len(found) > PAGE else "",
        "first": _HERE if request.GET.get("before") else "",
        "dropped": dropped if dropped and Watch.objects.filter(
            pk=dropped, account=account, dropped_at__isnull=False).exists() else None,
    })  # fmt: skip


def _lines(watches: list[Watch], reader: Reader) -> list[Line]:
    needs = {watch.subject for watch in watches if watch.kind == "need"}
    titles = {
        key: choose(dict(named.titles), reader_language(), named.language)[1]
        for key, named in (names(needs, reader) if needs else {}).items()
    }
    told = Told.objects.filter(watch__in=[watch.pk for watch in watches], known=False).values("watch_id")
    counted = {one["watch_id"]: one for one in told.annotate(count=Count("pk"), last=Max("at")).order_by()}
    return [_line(watch, titles, counted.get(watch.pk, {})) for watch in watches]


def _line(watch: Watch, titles: Mapping[str, str], told: Mapping[str, object]) -> Line:
    what = described(watch, titles)
    count, last = told.get("count"), told.get("last")
    return Line(
        watch, watch.name or what, what if watch.name else "", kind_name(watch.kind), address(watch),
        count if isinstance(count, int) else 0, last if isinstance(last, datetime) else None,
    )  # fmt: skip


@require_POST
@signed_in
def add(request: HttpRequest) -> HttpResponse:
    """Begin to watch a search, a need, a Party or a term."""
    account, reader = own_account(request), reader_of(request)
    kind, subject = request.POST.get("kind", ""), request.POST.get("subject", "")
    if kind == "search":
        subject = subject.partition("?")[2] or subject
    try:
        need = get(subject, reader) if kind == "need" and readable_id(subject) else None
        if kind == "need" and (need is None or need.format != "need"):
            raise Unknown(subject)
        made, is_new = watching.watch(account, kind, subject)
        if is_new:
            cooperation.begin(made, need, reader) if need is not None else search.begin(made, reader)
    except (watching.CannotWatch, Unknown):
        messages.error(request, gettext("This cannot be watched. A search needs words or filters that are known here."))
    except watching.TooMany:
        text = gettext("You watch %(count)s things, which is as many as one can. Take one away first.")
        messages.error(request, text % {"count": number(watching.MOST)})
    else:
        new, old = gettext("You will be told what is new. Choose here how."), gettext("You watch this already.")
        messages.success(request, new if is_new else old)
    return HttpResponseRedirect(_HERE)


@require_POST
@signed_in
def change(request: HttpRequest, watch_id: int, what: str) -> HttpResponse:
    """Rename, pause, go on, drop, or take the dropping back."""
    account = own_account(request)
    deeds: Mapping[str, Callable[[], bool]] = {
        "rename": lambda: watching.rename(account.pk, watch_id, request.POST.get("name", "")),
        "pause": lambda: watching.pause(account.pk, watch_id, paused=True),
        "resume": lambda: watching.pause(account.pk, watch_id, paused=False),
        "drop": lambda: watching.drop(account.pk, watch_id),
        "restore": lambda: watching.drop(account.pk, watch_id, dropped=False),
    }
    if what not in deeds or watch_id >= 2**62 or not deeds[what]():
        raise Http404(what)
    return HttpResponseRedirect(f"{_HERE}?dropped={watch_id}" if what == "drop" else f"{_HERE}#w{watch_id}")
