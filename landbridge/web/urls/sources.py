"""Addresses of sources of records, their runs, and records that describe one thing."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
