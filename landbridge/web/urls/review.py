"""Addresses where records are reviewed, compared and commented on."""

from django.urls import URLPattern, URLResolver, path

from landbridge.web.urls.lazily import lazily
from landbridge.web.views import compare, review, trails, work

urlpatterns: list[URLPattern | URLResolver] = [
    path("review", review.queues),
    path("review/at-once", review.at_once),
    path("review/batch/<str:name>", review.batch),
    path("review/batch/<str:name>/undo", review.undo),
    path("records/<str:record_id>/work", work.work),
    path("records/<str:record_id>/contact", lazily("contact", "write")),
    path("records/<str:record_id>/compare", compare.differences),
    path("records/<str:record_id>/trail.csv", trails.record_csv),
    path("people/<int:account_id>/trail", trails.person),
    path("people/<int:account_id>/trail.csv", trails.person_csv),
    path("account/trail", trails.own),
    path("account/trail.csv", trails.own_csv),
]
