"""Addresses for partner systems: InforMEA, the CBD's common formats, IATI, notifications."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
