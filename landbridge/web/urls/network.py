"""Addresses of the network of nodes: for machines below /exchange, for people below /network."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("records/<str:record_id>/say", lazily("annotating", "say")),
    path("network", lazily("network", "overview")),
    path("network/national", lazily("national", "national")),
]
