"""Small addresses: health, robots, the sign, and the choice of light or dark."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from landbridge.search.index import index
from landbridge.web.assets import asset, send
from landbridge.web.context import THEME_COOKIE, THEMES
from landbridge.web.middleware import A_YEAR

_PLAIN = "text/plain; charset=utf-8"


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and the index opens; 503 with the part that does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        index().count()
    except (DatabaseError, OSError, ValueError) as error:
        return HttpResponse(f"not well: {type(error).__name__}\n", status=503, content_type=_PLAIN)
    return HttpResponse("ok\n", content_type=_PLAIN)


def robots(request: HttpRequest) -> HttpResponse:
    """Robots are welcome where every address is a record; the endless combinations of filters are not for them."""
    body = "User-agent: *\nDisallow: /search?\nDisallow: /match\nDisallow: /offer\nDisallow: /appearance\n"
    more = f"Sitemap: {settings.BASE_URL}/sitemap.xml\n# All records: {settings.BASE_URL}/api/v1/dump\n"
    return HttpResponse(body + more, content_type=_PLAIN)


def favicon(request: HttpRequest) -> HttpResponse:
    """The sign: a warm dot and a cool dot, joined by an arch."""
    return send(request, asset("favicon.svg").digest, "favicon.svg")


def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark in a cookie, and go back to where the reader was."""
    chosen, back = request.GET.get("theme", ""), request.GET.get("back", "/")
    is_here = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if is_here else "/")
    if chosen in THEMES:
        secure = settings.LANGUAGE_COOKIE_SECURE
        response.set_cookie(THEME_COOKIE, chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
