"""Watches: a search, a need, a Party or a term that somebody wants to be told about."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Watch(models.Model):
    """What somebody watches. Whatever is new under it is told once."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in ("search", "need", "party", "term")])
    subject = models.CharField(max_length=2000)
    """search: the address's query string; need: the record's id; party: its country; term: its key."""
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    since = models.BigIntegerField(default=0)
    """The serial of the journal when it was made: older changes are not news."""
    paused_at = models.DateTimeField(null=True, blank=True)
    """What comes in while it is paused is not told later: it is found by the search itself."""
    dropped_at = models.DateTimeField(null=True, blank=True)
    """Dropped by its owner, who can still take that back; after some days it goes for good."""

    knows_all = models.BooleanField(default=False)
    """Whether all that was under it when it began is kept as told: then a record that is revised so that it comes
    under it is news as well."""

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="watches_of_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Told(models.Model):
    """A record that was told under a watch: it is not told again."""

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="told")
    record_id = models.CharField(max_length=100)
    at = models.DateTimeField(default=timezone.now)
    known = models.BooleanField(default=False)
    """It was there when the watch began, and so was never told."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "record_id"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.watch_id} {self.record_id}"
