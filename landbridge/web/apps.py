"""The web as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "landbridge.web"
