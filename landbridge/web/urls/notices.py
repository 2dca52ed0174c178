"""Addresses of notices, watches and the links in mails."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.views import noticelinks, notices, watches

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/notices", notices.every),
    path("desk/notices/read", notices.read),
    path("desk/notices/confirm", notices.confirm),
    path("desk/notices/mails", notices.mails),
    path("desk/notices/feed", notices.feed_address),
    path("desk/feed/<str:key>", noticelinks.feed),
    path("desk/watches", watches.every),
    path("desk/watches/add", watches.add),
    path("desk/watches/<int:watch_id>/<str:what>", watches.change),
    path("confirm/<str:secret>", noticelinks.confirm),
    path("notices/stop/<str:key>", noticelinks.stop),
]
