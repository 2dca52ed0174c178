"""The search room: index, query, facets."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "landbridge.search"
    label = "search"
