"""The addresses of the pages."""

from django.urls import path

from landbridge.web.views import about, feeds, home, matches, parties, records, results, vocabularies

urlpatterns = [
    path("", home.home, name="home"),
    path("search", results.results, name="search"),
    path("match", matches.matches, name="match"),
    path("offer", matches.offer, name="offer"),
    path("new", results.newest, name="new"),
    path("feed", feeds.feed, name="feed"),
    path("records/<str:record_id>", records.record, name="record"),
    path("records/<str:record_id>/history", records.history, name="history"),
    path("records/<str:record_id>/matches", matches.of_record, name="record-matches"),
    path("records/<str:record_id>/revisions/<int:number>", records.revision, name="revision"),
    path("parties", parties.parties, name="parties"),
    path("parties/<str:code>", parties.party, name="party"),
    path("organisations/<str:record_id>", records.organisation, name="organisation"),
    path("vocabularies", vocabularies.vocabularies, name="vocabularies"),
    path("vocabularies/<str:name>", vocabularies.vocabulary, name="vocabulary"),
    path("vocabularies/<str:name>/<str:identifier>", vocabularies.term, name="term"),
    path("about", about.about, name="about"),
    path("about/permissions", about.permissions, name="permissions"),
    path("help", about.help_page, name="help"),
    path("theme", about.theme, name="theme"),
    path("healthz", about.healthz, name="healthz"),
    path("robots.txt", about.robots, name="robots"),
    path("favicon.svg", about.favicon, name="favicon"),
    path("favicon.ico", about.favicon),
]
