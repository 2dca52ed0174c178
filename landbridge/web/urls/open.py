"""Addresses of feeds, calendars, OpenSearch, OGC API Records, and what national sites embed."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
