"""The API alone, while the pages are not there."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("landbridge.web.api.urls"))]
