"""Addresses of linked data: sitemap, catalogue, vocabularies, and each record in other people's metadata."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.urls.lazily import lazily

_SHAPE = r"\.(?P<ending>ttl|jsonld|rdf)$"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^records/(?P<record_id>[^/]{1,100})/datacite\.(?P<ending>xml|json)$", lazily("linked", "as_datacite")),
    path("catalogue", lazily("linked", "catalogue")),
    re_path(rf"^catalogue{_SHAPE}", lazily("linked", "catalogue")),
    path("sitemap.xml", lazily("linked", "sitemap")),
    re_path(r"^sitemap-(?P<part>pages|[1-9][0-9]{0,5})\.xml$", lazily("linked", "sitemap")),
    path(".well-known/resourcesync", lazily("linked", "resourcesync")),
    re_path(r"^resourcesync/(?P<name>capabilitylist|resourcelist|changelist)\.xml$", lazily("linked", "resourcesync")),
    re_path(
        r"^resourcesync/(?P<name>resourcelist|changelist)-(?P<number>[1-9][0-9]{0,8})\.xml$",
        lazily("linked", "resourcesync"),
    ),
]
