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
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Who began it. A record without an owner is its author's own."""
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
    confirm_by = models.DateField(null=True, blank=True)
    """The day by which somebody must say that it is still true; see `freshness.confirm_by`."""
    erased_at = models.DateTimeField(null=True, blank=True)
    """When all that it ever said was blanked, with the person whose it was; its address stays. See `erasing`."""

    class Meta:
        indexes = [
            models.Index(fields=["state", "visibility", "format", "id"], name="record_listing"),
            models.Index(fields=["state", "confirm_by"], name="record_confirm_by"),
            models.Index(fields=["owner", "state", "-updated_at"], name="record_of_owner"),
        ]

    def __str__(self) -> str:
        return self.id


class Revision(models.Model):
    """One state of what a record says. Never deleted, and never changed but once: what told of a person who was erased
    is blanked. `erasing.erase` alone does that."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    edition = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=12)
    data = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True, blank=True)
    """When it was blanked."""

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
    note = models.CharField(max_length=2000, blank=True)
    """What the actor said to it: why it was returned, what an endorsement covers."""
    batch = models.CharField(max_length=32, blank=True, db_index=True)
    """The bulk action that it belongs to, which can be undone as a whole."""

    class Meta:
        indexes = [models.Index(fields=["actor", "-serial"], name="changes_of_actor")]

    def __str__(self) -> str:
        return f"{self.serial} {self.verb} {self.record_id}"


class Cursor(models.Model):
    """How far a follower has read the journal."""

    follower = models.CharField(primary_key=True, max_length=100)
    serial = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.follower} {self.serial}"


class WorkingCopy(models.Model):
    """What somebody is typing, as typed, valid or not: saved while they write, gone when it became a revision."""

    id = models.CharField(primary_key=True, max_length=32)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="working_copies")
    record_id = models.CharField(max_length=100, blank=True)
    """The record that is being revised; empty for a record that is not there yet."""
    format = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    owner = models.CharField(max_length=100, blank=True)
    base = models.PositiveIntegerField(default=0)
    """The revision that the author started from."""
    answers = models.JSONField(default=dict)
    title = models.CharField(max_length=300, blank=True)
    saved = models.PositiveIntegerField(default=0)
    """How often it was saved: an older save that arrives late does not undo a newer one."""
    visibility = models.CharField(max_length=12, default=Visibility.PUBLIC.value)
    """Who shall read it once it is published."""
    writer = models.CharField(max_length=16, blank=True, default="")
    """The page that saved last: what another page of the same copy changed meanwhile is merged, never overwritten."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-updated_at"], name="copies_of_account")]

    def __str__(self) -> str:
        return f"{self.format} {self.title}"


class Comment(models.Model):
    """A remark on one answer of one revision, or on the whole of it, among those who work on the record."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="comments")
    revision = models.PositiveIntegerField()
    field = models.CharField(max_length=200, blank=True)
    """The path of the answer, such as `cost_lines.0.item`; empty for the record as a whole."""
    text = models.TextField(max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    answers = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["record", "at"], name="comments_of_record")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.field}"


class Endorsement(models.Model):
    """A Party's word, by its focal point, that it stands behind a record."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="endorsements")
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "party"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_standing_endorsement",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.record_id}"


class Nomination(models.Model):
    """A Party's word that an expert should stand in the roster for it; it counts once the expert said yes."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="nominations")
    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    """What the expert said; none while they have not answered."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "party"], condition=~models.Q(accepted=False), name="one_standing_nomination"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.record_id}"


class StoredFile(models.Model):
    """An attached file: its bytes lie in the node's folder of files under their SHA-256. Who may read it follows from
    the records that name it; until one does, only who brought it."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class Bringer(models.Model):
    """Somebody who brought a file: who has the bytes may name them in an answer; see `bringing`."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="bringers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "account"], name="brought_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.file_id}"


class Tally(models.Model):
    """How often a record was viewed, matched or contacted on a day. Counts only: nobody's reading is kept."""

    record_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in ("viewed", "matched", "contacted")])
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record_id", "kind", "day"], name="one_tally_per_day")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind} {self.day}"


class TaskRun(models.Model):
    """When a task of the clock last ran, for all hosts of this database."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
