"""The addresses of a node. Those of records are permanent."""

from django.urls import include, path

from landbridge.web.views import errors

urlpatterns = [path("", include("landbridge.web.urls"))]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
