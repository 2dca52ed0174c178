"""Addresses of the desk of somebody who is signed in."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.views import desk

urlpatterns: list[URLPattern | URLResolver] = [path("desk", desk.desk), path("desk/confirm", desk.confirm)]
