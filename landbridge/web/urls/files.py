"""Addresses of attached files and of forms to fill in elsewhere."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
