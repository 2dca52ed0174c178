"""Addresses of linked data: sitemap, catalogue, vocabularies, and each record in other people's metadata."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
