"""Addresses for harvesters: OAI-PMH."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.urls.lazily import lazily

urlpatterns: list[URLPattern | URLResolver] = [
    path("oai", lazily("oai", "harvest", csrf_exempt=True)),
    path("oai/landbridge.xsd", lazily("oai", "schema")),
]
