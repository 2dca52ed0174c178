"""The addresses of a node. They are permanent: a page may move, its address stays and leads there."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def _healthy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


urlpatterns = [path("healthz", _healthy)]
