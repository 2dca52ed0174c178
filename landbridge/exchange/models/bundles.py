"""Bundles: what was asked for and what came of it, and the work that travels back from a node without a line."""

from django.conf import settings
from django.db import models


class BundleJob(models.Model):
    """A bundle to write or to read: a row is the queue, the progress and the report."""

    id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=8)
    """`make`, `work` or `read`."""
    name = models.CharField(max_length=200)
    """How its file is called, for people."""
    asked = models.JSONField(default=dict)
    """What was chosen, as `bundles.making.Asked` has it; for `read` nothing."""
    state = models.CharField(max_length=10, default="waiting")
    """`waiting`, `running`, `checked` (a preview stands in the report), `done` or `failed`."""
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    report = models.JSONField(default=dict)
    error = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now=True)
    """A running job that did not move for long was broken off."""

    class Meta:
        indexes = [models.Index(fields=["-at"], name="bundle_jobs_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class WorkRight(models.Model):
    """A party for which a peer may write drafts, hand them in and confirm."""

    peer = models.ForeignKey("exchange.Peer", on_delete=models.CASCADE, related_name="work_rights")
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "party"], name="one_work_right")]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.party_id}"


class WorkTaken(models.Model):
    """An item of work of another node that was dealt with: read again, it is known."""

    origin = models.CharField(max_length=200)
    item = models.CharField(max_length=64)
    source = models.CharField(max_length=100)
    """The id of the record on the node that the item comes from."""
    revision = models.PositiveIntegerField(default=0)
    """The number of the revision there; an older one that comes later is not taken in."""
    record_id = models.CharField(max_length=100, blank=True)
    """The record of this node that came of it."""
    data = models.JSONField(null=True)
    """The answers as they came: what both sides knew when the next version comes."""
    outcome = models.CharField(max_length=12)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "item"], name="one_work_item")]
        indexes = [models.Index(fields=["origin", "source", "-revision"], name="work_of_source")]

    def __str__(self) -> str:
        return f"{self.origin} {self.item}"


class Word(models.Model):
    """What somebody says here on a record of another node, to be carried there: still true, a remark, interest, or a
    change that they propose."""

    id = models.CharField(primary_key=True, max_length=32)
    record_id = models.CharField(max_length=100, db_index=True)
    origin = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=10)
    """`confirm`, `comment`, `interest` or `change`."""
    text = models.TextField(max_length=4000, blank=True)
    draft = models.CharField(max_length=100, blank=True, db_index=True)
    """The record of this node in which the change is written."""
    base = models.PositiveIntegerField(default=0)
    """The revision of the received record that was seen."""
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    """Whose words they are: they go with the person."""
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
