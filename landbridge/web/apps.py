"""The web as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "landbridge.web"

    def ready(self) -> None:
        # Inner imports: models may only be read when all applications are there.
        from landbridge.web import chinese, sign_ins

        chinese.read_under_our_tag()
        sign_ins.connect()
