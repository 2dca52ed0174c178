"""Addresses of the network of nodes: for machines below /exchange, for people below /network."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("exchange/node", lazily("exchange_api", "node")),
    path("exchange/keys", lazily("exchange_api", "keys", csrf_exempt=True)),
    path("exchange/statements", lazily("exchange_api", "statements", csrf_exempt=True)),
    re_path(r"^exchange/files/(?P<sha256>[0-9a-f]{64})$", lazily("exchange_api", "file", csrf_exempt=True)),
    path("exchange/wanted", lazily("exchange_api", "wanted")),
    path("records/<str:record_id>/say", lazily("annotating", "say")),
    path("network", lazily("network", "overview")),
    path("network/bundles", lazily("bundles", "overview")),
    path("network/bundles/make", lazily("bundles", "make")),
    path("network/bundles/work", lazily("bundles", "work")),
    path("network/bundles/read", lazily("bundles", "read", csrf_exempt=True)),
    path("network/bundles/allow", lazily("bundles", "allow")),
    re_path(r"^network/bundles/(?P<job>[0-9a-f]{32})$", lazily("bundles", "one")),
    re_path(r"^network/bundles/(?P<job>[0-9a-f]{32})/(?P<number>[1-9][0-9]{0,4})$", lazily("bundles", "download")),
    path("network/words/<str:record_id>", lazily("words", "words_on")),
    path("network/national", lazily("national", "national")),
    path("network/peers", lazily("peers", "overview")),
    path("network/peers/<int:peer_id>", lazily("peers", "one")),
    path("network/quarantine/<int:quarantined_id>", lazily("nodekeys", "quarantined")),
    path("network/keys", lazily("nodekeys", "own")),
]
