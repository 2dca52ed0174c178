"""The exchange room: doors in and out."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "landbridge.exchange"
    label = "exchange"
