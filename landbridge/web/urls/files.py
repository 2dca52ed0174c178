"""Addresses of attached files and of forms to fill in elsewhere."""

from django.urls import URLPattern, URLResolver, re_path

from landbridge.web.views import files

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^records/(?P<record_id>[^/]{1,100})/files/(?P<sha256>[0-9a-f]{64})$", files.of_record),
]
