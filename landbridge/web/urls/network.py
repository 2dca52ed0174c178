"""Addresses of the network of nodes: for machines below /exchange, for people below /network."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("exchange/node", lazily("exchange_api", "node")),
    path("exchange/keys", lazily("exchange_api", "keys", csrf_exempt=True)),
    path("exchange/statements", lazily("exchange_api", "statements", csrf_exempt=True)),
    re_path(r"^exchange/files/(?P<sha256>[0-9a-f]{64})$", lazily("exchange_api", "file")),
    path("records/<str:record_id>/say", lazily("annotating", "say")),
    path("network", lazily("network", "overview")),
    path("network/national", lazily("national", "national")),
]
