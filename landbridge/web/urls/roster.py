"""Addresses of the roster of experts."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.views import roster, vetting

urlpatterns: list[URLPattern | URLResolver] = [
    path("roster", roster.search),
    path("roster/apply", roster.apply),
    path("roster/statistics", roster.statistics),
    path("roster/statistics.csv", roster.statistics_csv),
    path("roster/queue", vetting.queue),
    path("roster/shortlist", roster.shortlisted),
    path("roster/shortlist/change", roster.change_shortlist),
    re_path(r"^roster/shortlist\.(?P<shape>csv|xlsx)$", roster.shortlist_file),
    path("roster/experts/<str:record_id>", vetting.expert),
]
