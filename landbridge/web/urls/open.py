"""Addresses of feeds, calendars, OpenSearch, OGC API Records, and what national sites embed."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("feed", lazily("feeds", "of_search")),
    path("opensearch.xml", lazily("feeds", "opensearch")),
]
