"""Bundles for a memory stick: made, downloaded, brought, looked at and taken in. For administrators of the node."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from landbridge.exchange.bundles import jobs, rights
from landbridge.exchange.bundles.contents import BadWish
from landbridge.exchange.models import BundleJob, Peer
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.parties.permissions import Permission
from landbridge.search.places import resolve
from landbridge.web.labels import format_name, place_name
from landbridge.web.people import actor_of, signed_in, standing

ADDRESS: Final = "/network/bundles"
LARGEST: Final = 2_000_000_000
"""Bytes of a bundle that comes by a form; larger ones are read by the command."""
SHOWN: Final = 20
_ID: Final = re.compile(r"[0-9a-f]{32}")
_TYPED: Final = 200
View = Callable[..., HttpResponse]


class BundleUpload(TemporaryFileUploadHandler):
    """Bundles are larger than other files: they go to the disk as they come."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Passes on what is within the limit."""
        if start + len(raw_data) > LARGEST:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)
        return None


def _administrators(view: View) -> View:
    """Whoever does not administer the node does not learn that there is such a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not standing(request).has_everywhere(Permission.RECEIVE):
            raise Http404
        return view(request, *args, **named)

    return signed_in(guarded)


@require_safe
@_administrators
def overview(request: HttpRequest) -> HttpResponse:
    """What can be made and read, and what was."""
    return _page(request)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    page = {
        "jobs": [_told(job) for job in BundleJob.objects.order_by("-at")[:SHOWN]],
        "formats": [(name, format_name(name)) for name in FORMATS],
        "tongues": [(tag, NAMES[tag]) for tag in LANGUAGES],
        "peers": list(Peer.objects.filter(state="active").order_by("address")), "rights": rights.every(),
        "typed": request.POST, "problem": problem,
        "chosen": [*request.POST.getlist("formats"), *request.POST.getlist("pages")],
    }  # fmt: skip
    return render(request, "bundles/overview.html", page, status=400 if problem else 200)


def _told(job: BundleJob) -> dict[str, Any]:
    """A job as a page tells it."""
    many = job.report.get("names") or [job.pk]
    files = [number for number in range(len(many)) if jobs.file_of(job, number)] if job.state == "done" else []
    return {"job": job, "broken": jobs.is_broken_off(job), "files": files if job.kind != "read" else []}


@require_POST
@_administrators
def make(request: HttpRequest) -> HttpResponse:
    """Begin a bundle."""
    try:
        job = jobs.want(actor=actor_of(request), wish=_wish(request))
    except BadWish as problem:
        return _page(request, _why_not(problem))
    jobs.start(job)
    return HttpResponseRedirect(f"{ADDRESS}/{job.pk}")


def _why_not(problem: BadWish) -> str:
    """What can be mended on the form, in the reader's language."""
    return {
        "place": gettext("There is no country or region of this name."),
        "pages": gettext("Pages belong together: leave out either the pages or the size of files."),
        "volume": gettext("The size of a file is a whole number of megabytes."),
    }.get(problem.code, str(problem))


def _wish(request: HttpRequest) -> dict[str, Any]:
    """What was chosen. A place may be named in any language."""
    given = request.POST
    place = given.get("place", "").strip()[:_TYPED]
    found = (resolve(place) or place) if place else ""
    size = given.get("volume", "").strip()
    if size and not (size.isascii() and size.isdigit() and len(size) < 7):
        raise BadWish("volume", "The size of a volume is a number of megabytes.")
    return {
        "peer": given.get("peer", "")[:_TYPED], "place": found, "formats": tuple(given.getlist("formats")),
        "language": given.get("language", ""), "files": given.get("files") == "1",
        "since": given.get("day", "").strip() or ("last" if given.get("since") == "last" else ""),
        "largest": int(size or 0) * 1_000_000, "pages": tuple(given.getlist("pages")),
    }  # fmt: skip


@require_POST
@_administrators
def work(request: HttpRequest) -> HttpResponse:
    """Begin a bundle of the work that people did here."""
    peer = Peer.objects.filter(address=request.POST.get("peer", "").replace("\0", ""), state="active").first()
    if peer is None:
        return _page(request, gettext("Choose the node that the work is for."))
    wish = {"peer": peer.address, "drafts": request.POST.get("drafts") == "1"}
    job = jobs.want(actor=actor_of(request), wish=wish, kind="work")
    jobs.start(job)
    return HttpResponseRedirect(f"{ADDRESS}/{job.pk}")


def read(request: HttpRequest) -> HttpResponse:
    """Take a file, and look at it. Its size needs a handler of its own, chosen before the token is looked for."""
    request.upload_handlers = [BundleUpload(request)]
    return _read(request)


@csrf_protect
@require_POST
@_administrators
def _read(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("bundle")
    if not isinstance(file, UploadedFile) or not file.size:
        return _page(request, gettext("Choose a bundle."))
    job = jobs.bring(actor=actor_of(request), name=file.name or "", chunks=file.chunks())
    jobs.start(job)
    return HttpResponseRedirect(f"{ADDRESS}/{job.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@_administrators
def one(request: HttpRequest, job: str) -> HttpResponse:
    """How far a bundle is and what came of it; pressed, what was looked at is taken in."""
    found = _found(job)
    if request.method == "POST":
        if jobs.approve(actor=actor_of(request), job=found):
            jobs.start(found)
        return HttpResponseRedirect(f"{ADDRESS}/{found.pk}")
    told = _told(found)
    report = found.report
    page = {
        **told, "report": report, "moves": found.state in ("waiting", "running") and not told["broken"],
        "formats": [(format_name(name), count) for name, count in (report.get("formats") or {}).items()],
        "counts": [(name, count) for name, count in (report.get("counts") or {}).items() if count],
        "place": place_name(found.asked["place"]) if found.asked.get("place") else "",
    }  # fmt: skip
    return render(request, "bundles/one.html", page)


def _found(job: str) -> BundleJob:
    found = BundleJob.objects.filter(pk=job).first() if _ID.fullmatch(job) else None
    if found is None:
        raise Http404(job)
    return found


@require_safe
@_administrators
def download(request: HttpRequest, job: str, number: str) -> HttpResponse:
    """The file of a bundle, or one of its volumes."""
    found = _found(job)
    path = jobs.file_of(found, int(number) - 1) if found.state == "done" and found.kind != "read" else None
    if path is None:
        raise Http404(job)
    several = len(found.report.get("names") or ()) > 1
    name = found.name.replace(".zip", f"-{number}.zip") if several else found.name
    response: Any = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response.headers["Content-Encoding"] = "identity"  # It is packed already; the middleware leaves it alone.
    return response  # type: ignore[no-any-return]


@require_POST
@_administrators
def allow(request: HttpRequest) -> HttpResponse:
    """For which party a peer may write, given or taken back."""
    address, party = (request.POST.get(name, "").strip()[:_TYPED] for name in ("peer", "party"))
    actor = actor_of(request)
    if request.POST.get("do") == "remove":
        rights.take_back(actor=actor, address=address, party=party)
        messages.success(request, gettext("The right is taken back."))
        return HttpResponseRedirect(ADDRESS)
    try:
        rights.allow(actor=actor, address=address, party=party)
    except LookupError:
        return _page(request, gettext("There is no such party. Name it by its id, such as FJI."))
    messages.success(request, gettext("The node may write for this party from now on."))
    return HttpResponseRedirect(ADDRESS)
