"""Addresses where records are reviewed, compared and commented on."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
