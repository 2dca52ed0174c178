"""Attached files: given to those who may read the answer that names them, and never as a page of this node."""

from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from landbridge.registry import copies, files
from landbridge.registry.bringing import brought
from landbridge.registry.files import Kept
from landbridge.registry.queries import Unknown
from landbridge.web.people import actor_of, reader_of
from landbridge.web.views.errors import not_found
from landbridge.web.views.records import readable_id


@require_safe
def of_record(request: HttpRequest, record_id: str, sha256: str) -> HttpResponseBase:
    """A file of a record."""
    try:
        if not readable_id(record_id):
            raise Unknown(record_id)
        return send(files.of_record(record_id, sha256, reader_of(request)))
    except Unknown:
        return not_found(request)


@require_safe
def of_copy(request: HttpRequest, copy_id: str, sha256: str) -> HttpResponseBase:
    """A file of one's own working copy."""
    try:
        copy = copies.mine(copy_id, actor_of(request))
        for answer in files.named_in(copy.answers):
            if answer["sha256"] == sha256 and brought([sha256], actor_of(request)):
                return send(files.found(answer))
        if copy.record_id:
            return send(files.of_record(copy.record_id, sha256, reader_of(request)))
    except Unknown:
        pass
    return not_found(request)


def send(kept: Kept) -> HttpResponseBase:
    """The bytes, to be saved rather than shown, under a name that cannot say anything else."""
    response = FileResponse(kept.path.open("rb"), content_type=kept.media_type)
    plain = kept.name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "").strip() or "file"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(kept.name)}"
    response.headers["Content-Length"] = str(kept.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = f'"{kept.sha256}"'
    return response
