"""Addresses where records are written."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.views import files, finishing, guided, lookups, writing

_COPY = r"^write/(?P<copy_id>[0-9a-f]{32})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("write", writing.choose),
    path("write/new/<str:format>", writing.new),
    path("write/guided", guided.guided),
    path("write/record/<str:record_id>", writing.revise),
    path("write/terms/<str:vocabularies>", lookups.terms),
    path("write/records", lookups.records),
    path("write/parties", lookups.parties),
    path("write/undo", finishing.undo),
    re_path(rf"{_COPY}$", writing.form),
    re_path(rf"{_COPY}/autosave$", lookups.autosave),
    re_path(rf"{_COPY}/alike$", lookups.likeness),
    re_path(rf"{_COPY}/preview$", finishing.preview),
    re_path(rf"{_COPY}/finish$", finishing.finish),
    re_path(rf"{_COPY}/merge$", finishing.merging),
    re_path(rf"{_COPY}/choose$", finishing.choose_side),
    re_path(rf"{_COPY}/discard$", finishing.discard),
    re_path(rf"{_COPY}/files/(?P<sha256>[0-9a-f]{{64}})$", files.of_copy),
]
