"""Addresses for partner systems: InforMEA, the CBD's common formats, IATI, notifications."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^records/(?P<record_id>[^/]{1,100})/cbd\.json$", lazily("cbd_out", "record")),
    re_path(r"^cbd/(?P<schema>[A-Za-z]{1,40})\.json$", lazily("cbd_out", "collection")),
    re_path(r"^records/(?P<record_id>[^/]{1,100})/iati\.xml$", lazily("iati_out", "record")),
    path("inbox", lazily("notify", "inbox_of_node", csrf_exempt=True)),
    re_path(r"^inbox/(?P<item>[A-Za-z0-9_-]{1,420})$", lazily("notify", "item")),
    path("notifications", lazily("notify", "overview")),
    path("iati/activities.xml", lazily("iati_out", "activities")),
    re_path(r"^informea/?$", lazily("informea", "service")),
    path("informea/$metadata", lazily("informea", "metadata")),
    re_path(r"^informea/(?P<name>[A-Za-z]{1,40})$", lazily("informea", "entities")),
    re_path(r"^informea/(?P<name>[A-Za-z]{1,40})\('(?P<record_id>[^'/]{1,100})'\)$", lazily("informea", "entity")),
]
