"""Addresses of the desk of somebody who is signed in."""

from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.views import desk, tokens, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk", desk.desk),
    path("desk/confirm", desk.confirm),
    path("account/tokens", tokens.keys),
    re_path(r"^account/tokens/(?P<token>[0-9]{1,18})/revoke$", tokens.revoke),
    path("account/services", tokens.make_service),
    re_path(r"^account/services/(?P<service>[0-9]{1,18})/close$", tokens.close_service),
    path("account/webhooks", webhooks.hooks),
    re_path(r"^account/webhooks/(?P<webhook>[0-9]{1,18})/(?P<what>test|on|remove)$", webhooks.act),
]
