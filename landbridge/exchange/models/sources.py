"""Where records come from that no node signs: sources, their runs, what each run did, and what describes one thing."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Source(models.Model):
    """A place elsewhere, or a kind of file, that records come from, with its mapping and its schedule."""

    id = models.CharField(primary_key=True, max_length=60)
    """A short name of letters, digits and hyphens; `source:<id>` is the origin of its records."""
    door = models.CharField(max_length=30)
    """Which door it comes through; see `exchange/in_/doors.py`."""
    title = models.CharField(max_length=200)
    address = models.CharField(max_length=500, blank=True)
    """Empty for a source whose files people bring."""
    answers = models.JSONField(default=dict, blank=True)
    """What the door asks for: set, metadata prefix, mapping of columns, language, filters."""
    every = models.PositiveIntegerField(default=0)
    """Hours between two runs; 0 for none by the clock."""
    state = models.JSONField(default=dict, blank=True)
    """How far the last run came, in the door's own words: a date, a token, an ETag."""
    secrets = models.TextField(blank=True, default="")
    """What the door asks for and nobody is shown again, sealed; see `exchange/in_/sealed.py`."""
    visibility = models.CharField(max_length=12, default="public")
    enabled = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)
    """It is asked no more. Its row stays: records that were kept go on telling where they come from."""

    def __str__(self) -> str:
        return self.id


class SourceRun(models.Model):
    """One run of a source: a preview, or records taken in, which can be undone as a whole."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    preview = models.BooleanField(default=False)
    file = models.CharField(max_length=300, blank=True)
    """The name of the file that was brought; empty for an address."""
    held = models.CharField(max_length=64, blank=True, default="")
    """What that file is called in the folder of files that wait; see `exchange/in_/held.py`."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    """When it was taken up; empty while it waits for the clock."""
    cycle_at = models.DateTimeField(default=timezone.now)
    """When the reading that it belongs to began: a run that goes on where another broke off belongs to that one's."""
    beat_at = models.DateTimeField(default=timezone.now)
    """When it last moved: a run that stands still for long was broken off, and another may begin."""
    ended_at = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    """How far it has come; the source takes it over when the run ends well."""
    since = models.JSONField(default=dict, blank=True)
    """The state of the source before it, which undoing brings back."""
    shown = models.JSONField(default=list, blank=True)
    """The first records of a preview, as they would look."""
    read = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    """Items put by for a person to look at, such as patents."""
    refused = models.PositiveIntegerField(default=0)
    octets = models.BigIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)
    stop = models.BooleanField(default=False)
    """Somebody asked it to stop."""
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["source", "-began_at"], name="runs_of_source")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.began_at}"


class SourceItem(models.Model):
    """One thing as a source tells of it, by the source's own identifier, and the record that came of it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=500)
    """The source's own identifier."""
    record_id = models.CharField(max_length=100, blank=True, db_index=True)
    """The record; empty while it only lies there for a person to look at."""
    title = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=1000, blank=True)
    """Where a person reads it at the source."""
    sha256 = models.CharField(max_length=64, blank=True)
    """Of what the source said, so that the same is not taken in again."""
    facts = models.JSONField(default=dict, blank=True)
    """What the source says beyond the answers of a record: events of a patent, identifiers, licence, dates."""
    said = models.JSONField(null=True, blank=True)
    """What a draft of it will say, for what is put by; `{"format", "language", "data"}`."""
    stated_at = models.DateTimeField(null=True, blank=True)
    """When the source says that it changed."""
    first_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_item_per_key")]
        indexes = [models.Index(fields=["source", "seen_at"], name="items_by_sight")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.key}"


class Step(models.Model):
    """What a run did with one record, so that it can be undone: the revision before, and the one that it made."""

    run = models.ForeignKey(SourceRun, on_delete=models.CASCADE, related_name="steps")
    item = models.ForeignKey(SourceItem, on_delete=models.CASCADE, related_name="+")
    record_id = models.CharField(max_length=100)
    verb = models.CharField(max_length=10, choices=[(verb, verb) for verb in ("new", "changed", "gone", "back")])
    before = models.PositiveIntegerField(null=True, blank=True)
    after = models.PositiveIntegerField(null=True, blank=True)
    undone = models.CharField(max_length=20, blank=True)
    """Empty, `undone`, or why it was left: somebody changed the record meanwhile."""

    def __str__(self) -> str:
        return f"{self.run_id} {self.verb} {self.record_id}"


class Refusal(models.Model):
    """One thing of a run that was not taken in: where it stands, and why."""

    run = models.ForeignKey(SourceRun, on_delete=models.CASCADE, related_name="refusals")
    key = models.CharField(max_length=500, blank=True)
    place = models.CharField(max_length=300, blank=True)
    """The line, the page or the element of the source."""
    field = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return f"{self.place} {self.reason}"


class Likeness(models.Model):
    """Two records that may describe one thing, and what a person decided."""

    first = models.CharField(max_length=100)
    second = models.CharField(max_length=100)
    """Two record ids, in order."""
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    """What speaks for it: [criterion, words]."""
    found_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(
        max_length=10, blank=True, choices=[(one, one) for one in ("linked", "merged", "apart")]
    )
    kept = models.CharField(max_length=100, blank=True)
    """The record that stays, when they were merged."""
    done = models.JSONField(default=dict, blank=True)
    """What was changed, so that it can be undone."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_likeness_per_pair")]
        indexes = [
            models.Index(fields=["decision", "-score"], name="likenesses_to_decide"),
            models.Index(fields=["second"], name="likenesses_of_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.second}"
