"""Records, their immutable revisions, the journal in commit order, and the cursors of its followers."""

from django.conf import settings
from django.db import models

from landbridge.registry.workflow import State, Verb, Visibility, Workflow


def _choices(values: type[State] | type[Verb] | type[Visibility] | type[Workflow]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class Record(models.Model):
    """What a record is now; what it says stands in its revisions."""

    id = models.CharField(primary_key=True, max_length=100)
    format = models.CharField(max_length=40)
    workflow = models.CharField(max_length=12, choices=_choices(Workflow))
    state = models.CharField(max_length=12, choices=_choices(State))
    visibility = models.CharField(max_length=12, choices=_choices(Visibility), default=Visibility.PUBLIC)
    language = models.CharField(max_length=12)
    owner = models.ForeignKey("parties.Party", on_delete=models.PROTECT, null=True, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    """The node that the record comes from; empty for this node's own."""
    latest = models.PositiveIntegerField(default=1)
    published = models.PositiveIntegerField(null=True, blank=True)
    """The number of the revision that readers see; none while the record was never published."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "visibility", "format", "id"], name="record_listing")]

    def __str__(self) -> str:
        return self.id


class Revision(models.Model):
    """One state of what a record says. Never changed, never deleted."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    edition = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=12)
    data = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="one_revision_per_number")]

    def __str__(self) -> str:
        return f"{self.record_id}@{self.number}"


class Change(models.Model):
    """One line of the journal. Serials follow the order in which transactions were committed."""

    serial = models.BigAutoField(primary_key=True)
    record_id = models.CharField(max_length=100, db_index=True)
    format = models.CharField(max_length=40)
    verb = models.CharField(max_length=12, choices=_choices(Verb))
    revision = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=_choices(State))
    visibility = models.CharField(max_length=12, choices=_choices(Visibility))
    shown_to = models.CharField(max_length=12, blank=True)
    """The visibility with which readers saw the record before this change, empty when none did: those who could
    read it must hear when it is gone."""
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.serial} {self.verb} {self.record_id}"


class Cursor(models.Model):
    """How far a follower has read the journal."""

    follower = models.CharField(primary_key=True, max_length=100)
    serial = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.follower} {self.serial}"
