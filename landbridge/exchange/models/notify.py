"""Offers and requests between systems, as COAR Notify has them."""

from django.db import models
from django.utils import timezone


class Notification(models.Model):
    """One notification that came in or went out. The same id is taken once."""

    id = models.CharField(primary_key=True, max_length=300)
    direction = models.CharField(max_length=3, choices=[(way, way) for way in ("in", "out")])
    pattern = models.CharField(max_length=40)
    """Offer, Announce, Accept, Reject, TentativeAccept, TentativeReject, Undo, Flag."""
    other = models.CharField(max_length=300)
    """The inbox or service at the other end."""
    record_id = models.CharField(max_length=100, blank=True, db_index=True)
    object = models.CharField(max_length=1000, blank=True)
    in_reply_to = models.CharField(max_length=300, blank=True, db_index=True)
    body = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, default="new")
    """new, sent, failed, accepted, rejected, undone."""
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["direction", "state", "-at"], name="notifications_by_state")]

    def __str__(self) -> str:
        return f"{self.pattern} {self.id}"


class NotifyOrigin(models.Model):
    """A system whose notifications are believed without a signature, because an administrator said so."""

    origin = models.CharField(primary_key=True, max_length=300)
    """Scheme and host, such as https://repository.example."""
    by = models.ForeignKey("parties.Account", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.origin
