"""Addresses of feeds, calendars, OpenSearch, OGC API Records, and what national sites embed."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.urls.lazily import lazily

_COLLECTION = r"^ogc/collections/(?P<name>[a-z_]{1,40})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("feed", lazily("feeds", "of_search")),
    path("opensearch.xml", lazily("feeds", "opensearch")),
    re_path(r"^ogc/?$", lazily("ogc", "landing")),
    path("ogc/conformance", lazily("ogc", "conformance")),
    path("ogc/api", lazily("ogc", "api")),
    path("ogc/collections", lazily("ogc", "collections")),
    re_path(rf"{_COLLECTION}$", lazily("ogc", "collection")),
    re_path(rf"{_COLLECTION}/sortables$", lazily("ogc", "sortables")),
    re_path(rf"{_COLLECTION}/items$", lazily("ogc", "items")),
    re_path(rf"{_COLLECTION}/items/(?P<record_id>[^/]{{1,100}})$", lazily("ogc", "item")),
    path("embed", lazily("embed", "builder")),
    re_path(r"^embed/(?P<kind>list|match)\.js$", lazily("embed", "script")),
    re_path(r"^embed/(?P<kind>list|match)\.json$", lazily("embed", "data")),
    path("embed/list.html", lazily("embed", "fragment")),
]
