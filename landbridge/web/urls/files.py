"""Addresses of attached files and of forms to fill in elsewhere."""

from django.urls import URLPattern, URLResolver, re_path

from landbridge.web.views import files, papers

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^records/(?P<record_id>[^/]{1,100})/files/(?P<sha256>[0-9a-f]{64})$", files.of_record),
    re_path(r"^forms/(?P<format>[a-z_]{1,40})\.(?P<kind>xlsx|docx)$", papers.form),
]
