"""Webhooks and their deliveries, and how often somebody came through a door."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Webhook(models.Model):
    """An address elsewhere that is told of changes which its account may see."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100)
    formats = models.JSONField(default=list, blank=True)
    verbs = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    since = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One message to a webhook: tried until it is taken, with growing pauses."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    change_serial = models.BigIntegerField()
    body = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "change_serial"], name="one_delivery_per_change")]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(done_at__isnull=True), name="deliveries_to_make")
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.change_serial}"


class Passage(models.Model):
    """How often somebody came through a door in the minute that runs: one row for each, written over every minute."""

    who = models.CharField(primary_key=True, max_length=100)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.who} {self.count}"
