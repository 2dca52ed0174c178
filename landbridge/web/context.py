"""What every template may use."""

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page: filled in soon."""
    return {}
