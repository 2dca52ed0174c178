"""Style, script and sign: read once, compressed once, and named by their content so that they can be kept for ever."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import brotli  # type: ignore[import-untyped]
from django.http import Http404, HttpRequest, HttpResponse

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}  # fmt: skip
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file of `static/` in the forms in which it is sent."""

    name: str
    media_type: str
    digest: str
    bodies: dict[str, bytes]
    """Content encoding to bytes."""

    @property
    def address(self) -> str:
        return f"/assets/{self.digest}/{self.name}"


@cache
def asset(name: str) -> Asset:
    """The file of this name.

    Raises:
        FileNotFoundError: there is none.
    """
    body = (FOLDER / name).read_bytes()
    bodies = {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0), "": body}
    media_type = _TYPES[Path(name).suffix]
    return Asset(name, media_type, hashlib.sha256(body).hexdigest()[:12], bodies)


NAMES: Final = tuple(sorted(path.name for path in FOLDER.glob("*.*")))


def send(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """One of the files, in the best compression that the browser takes."""
    if name not in NAMES:
        raise Http404(name)
    found = asset(name)
    accepted = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
    encoding = next((tag for tag in ("br", "gzip") if tag in accepted), "")
    headers = {"Vary": "Accept-Encoding", "Cache-Control": _FOR_EVER if digest == found.digest else "no-cache"}
    if encoding:
        headers["Content-Encoding"] = encoding
    return HttpResponse(found.bodies[encoding], content_type=found.media_type, headers=headers)
