"""The registry room: records, revisions, workflow and the journal."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "landbridge.registry"
    label = "registry"
