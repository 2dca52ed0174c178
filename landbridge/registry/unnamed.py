"""Files that nobody names: brought in, and then no draft and no revision of any record kept them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import TextField
from django.db.models.functions import Cast

from landbridge.registry.files import place_of
from landbridge.registry.models import Revision, StoredFile, WorkingCopy

PATIENCE: Final = timedelta(days=30)
_LOOKED_AT: Final = timedelta(days=90)
"""Revisions are never deleted: a file that was named until then is named for ever, and is not looked at again."""


class ForgetFiles:
    """A task of the clock: once a day, files that are a month old and that nobody names go."""

    name = "forget-files"
    every = 24 * 3600.0

    def run(self, now: datetime) -> None:
        """Delete the row before the bytes: what is named again in between is only brought in again."""
        for sha256 in list(unnamed(now)):
            StoredFile.objects.filter(pk=sha256).delete()
            place_of(sha256).unlink(missing_ok=True)


def unnamed(now: datetime) -> Iterator[str]:
    """The digests of the files that can go."""
    old = StoredFile.objects.filter(at__lt=now - PATIENCE, at__gte=now - _LOOKED_AT)
    for sha256 in old.order_by("at").values_list("pk", flat=True):
        drafts = WorkingCopy.objects.annotate(said=Cast("answers", TextField())).filter(said__contains=sha256)
        told = Revision.objects.annotate(said=Cast("data", TextField())).filter(said__contains=sha256)
        if not drafts.exists() and not told.exists():
            yield sha256
