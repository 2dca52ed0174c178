"""The parties room: who may say it."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "landbridge.parties"
    label = "parties"
