"""The DOIs of records: which were given, and what is still to be told to who keeps them."""

from django.db import models
from django.utils import timezone


class Doi(models.Model):
    """The DOI of a record, for ever: it is never given to another one, also when the record is gone."""

    record_id = models.CharField(primary_key=True, max_length=100)
    doi = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, blank=True)
    """What its registry has it as: draft, registered or findable; empty before it was told of it."""
    wanted = models.CharField(max_length=10)
    due_at = models.DateTimeField(null=True, default=timezone.now, db_index=True)
    """When its registry is told next; nothing when it knows all."""
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.doi
