"""Addresses of sources of records, their runs, and records that describe one thing."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("sources", lazily("sources", "every")),
    path("sources/new", lazily("sources", "new")),
    path("sources/<slug:source_id>", lazily("sources", "one")),
    path("sources/<slug:source_id>/edit", lazily("sources", "edit")),
    path("sources/<slug:source_id>/act", lazily("sources", "act")),
    path("sources/<slug:source_id>/file", lazily("sources", "bring")),
    path("sources/<slug:source_id>/remove", lazily("sources", "remove")),
    path("sources/<slug:source_id>/mapping", lazily("source_mapping", "the_mapping")),
    path("sources/<slug:source_id>/kept", lazily("source_runs", "kept")),
    path("sources/<slug:source_id>/kept/<int:item_id>/draft", lazily("source_runs", "draft")),
    path("sources/<slug:source_id>/runs/<int:run_id>", lazily("source_runs", "run")),
    path("sources/<slug:source_id>/runs/<int:run_id>/refused.csv", lazily("source_runs", "refused_csv")),
    path("sources/<slug:source_id>/runs/<int:run_id>/act", lazily("source_runs", "act")),
    path("same", lazily("likenesses", "every")),
    path("same/<int:likeness_id>", lazily("likenesses", "one")),
    path("same/<int:likeness_id>/act", lazily("likenesses", "act")),
]
