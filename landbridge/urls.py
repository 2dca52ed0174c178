"""The addresses of a node. They are permanent: a page may move, its address stays and leads there."""

from django.urls import include, path, re_path

from landbridge.web import assets
from landbridge.web.views import about, home, match, parties, records, search, small, vocabularies

_PLURALS = "|".join(search.PLURALS)

WORK = ("accounts", "writing", "review", "desk", "notices", "roster", "files")
"""The addresses of those who are signed in, one file each."""
EXCHANGE = ("network", "sources", "harvest", "linked", "open", "partners")
"""The addresses of other nodes, harvesters and partners, one file each."""

urlpatterns = [
    # First: it is asked most, and every address before it would be tried.
    path("api/v1/", include("landbridge.web.api.urls")),
    path("", home.home),
    path("search", search.results),
    path("match", match.need),
    path("offer", match.offer),
    path("new", search.newest),
    re_path(rf"^(?P<plural>{_PLURALS})$", search.listing),
    path("records/<str:record_id>", records.record),
    path("records/<str:record_id>/history", records.history),
    path("records/<str:record_id>/revisions/<int:number>", records.revision),
    path("organisations/<str:record_id>", records.organisation),
    path("parties", parties.parties),
    path("parties/<str:country>", parties.party),
    path("vocabularies", vocabularies.every),
    path("vocabularies/<str:name>", vocabularies.one),
    path("vocabularies/<str:name>/<str:identifier>", vocabularies.term),
    path("about", about.about),
    path("about/permissions", about.permissions),
    path("help", about.help_page),
    path("appearance", small.appearance),
    path("healthz", small.healthz),
    path("robots.txt", small.robots),
    path("favicon.svg", small.favicon),
    path("favicon.ico", small.favicon),
    path("assets/<str:digest>/<str:name>", assets.send),
    *(path("", include(f"landbridge.web.urls.{part}")) for part in (*WORK, *EXCHANGE)),
]

handler400 = "landbridge.web.views.errors.bad_request"
handler404 = "landbridge.web.views.errors.not_found"
handler500 = "landbridge.web.views.errors.failed"
