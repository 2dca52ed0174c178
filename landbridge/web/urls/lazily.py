"""Views that are read when they are first asked for, so that a process holds only what its readers use."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse


def lazily(module: str, name: str, **marks: Any) -> Callable[..., HttpResponse]:
    """The view `name` of `landbridge.web.views.<module>`; marks are attributes such as `csrf_exempt=True`, which
    Django looks for before it calls the view."""

    def view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        found: HttpResponse = getattr(import_module(f"landbridge.web.views.{module}"), name)(request, *args, **named)
        return found

    view.__name__ = name
    for mark, value in marks.items():
        setattr(view, mark, value)
    return view
