"""Addresses of the network of nodes: for machines below /exchange, for people below /network."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
