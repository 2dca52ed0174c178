"""The network of nodes: our keys, our peers, what we said of our records and what others said of theirs."""

from django.db import models
from django.utils import timezone


class NodeKey(models.Model):
    """A key with which this node signs, or signed; the private half is encrypted with the key of the node."""

    id = models.CharField(primary_key=True, max_length=64)
    """The fingerprint: SHA-256 of the 32 bytes of the public key, hexadecimal."""
    public = models.CharField(max_length=64)
    """The public key, base64url without padding, as RFC 8037 has it."""
    private = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    """When another one took its place; what it signed before stays valid."""
    revoked_at = models.DateTimeField(null=True, blank=True)
    """From when on it is not to be trusted: it was lost or stolen."""
    spare = models.BooleanField(default=False)
    """Kept for the day on which the other one is stolen; `private` is empty once it was taken elsewhere."""
    by = models.CharField(max_length=64, blank=True, default="")
    """The key that vouches for it, and its signature."""
    proof = models.CharField(max_length=100, blank=True, default="")

    def __str__(self) -> str:
        return self.id[:16]


class Peer(models.Model):
    """Another node that we exchange with, or have heard of."""

    address = models.CharField(max_length=200, unique=True)
    """Its base address as it signs itself, without a slash at the end; the origin of its records."""
    names = models.JSONField(default=dict)
    """Language to name, as its people chose them."""
    fingerprint = models.CharField(max_length=64, blank=True)
    """Of the key that our people checked; the first link of the chain to the keys that it signs with today."""
    keys = models.JSONField(default=dict)
    """The newest signed list of its keys, verified from `fingerprint`; see `exchange/nodes/keys.py`."""
    state = models.CharField(
        max_length=10, default="active",
        choices=[(state, state) for state in ("known", "active", "paused", "blocked")],
    )  # fmt: skip
    """`known`: only heard of through others, its records are verified but nothing is exchanged with it directly."""
    reach = models.CharField(max_length=200, blank=True)
    """Where it is called, when that is another address than the one that it signs with."""
    takes = models.JSONField(default=dict)
    """The policy of what we take from it; see `exchange/nodes/policy.py`."""
    gives = models.JSONField(default=dict)
    """The policy of what we give to it."""
    direction = models.CharField(max_length=6, default="pull", choices=[(way, way) for way in ("pull", "push", "both")])
    every = models.PositiveIntegerField(default=300)
    """Seconds between two exchanges."""
    epoch = models.CharField(max_length=64, blank=True)
    """The name of its journal when we last read it: another one means that it was restored or begun anew."""
    cursor = models.BigIntegerField(default=0)
    """The last serial of its statements that we took in."""
    pushed_epoch = models.CharField(max_length=64, blank=True)
    pushed = models.BigIntegerField(default=0)
    """The last serial of ours that we pushed to it."""
    clock_offset = models.FloatField(default=0)
    """By how many seconds its clock is ahead of ours."""
    added_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    """When an exchange last succeeded."""
    due_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    told = models.JSONField(default=dict, blank=True)
    """What it last told of itself: version, formats, languages, number of records."""

    def __str__(self) -> str:
        return self.address


class Statement(models.Model):
    """What we pass on of a record, our own or another's: its newest signed statement, in the order in which it came.

    A record has one row; a newer statement takes a new serial, so that who reads on from a cursor sees it once.
    """

    serial = models.BigAutoField(primary_key=True)
    record_id = models.CharField(max_length=100, unique=True)
    origin = models.CharField(max_length=200, blank=True)
    """The node that said it; empty for this one."""
    format = models.CharField(max_length=40)
    visibility = models.CharField(max_length=12)
    gone = models.BooleanField(default=False)
    sequence = models.BigIntegerField()
    """Grows with each statement of the origin on this record."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical bytes of the statement without its signature."""
    body = models.BinaryField()
    """The statement with its signature, as canonical JSON."""
    erased = models.BooleanField(null=True)
    """Whether it is a tombstone that tells of an erasure; nothing for all others."""
    farewell = models.BinaryField(null=True)
    """The tombstone for those who read an earlier statement and may not read this one."""
    published_at = models.DateTimeField()
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["origin", "serial"], name="statements_of_origin")]

    def __str__(self) -> str:
        return f"{self.serial} {self.record_id}"


class Received(models.Model):
    """Where a record of another node came from, and when we last saw that its node still says so."""

    record_id = models.CharField(primary_key=True, max_length=100)
    origin = models.CharField(max_length=200, db_index=True)
    via = models.CharField(max_length=200)
    """The peer, or the bundle, that brought it last."""
    key = models.CharField(max_length=64)
    """The fingerprint of the key that signed it."""
    sequence = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.record_id} of {self.origin}"


class Quarantined(models.Model):
    """A statement that was not taken in, kept as it came until a person settles it or a better one arrives."""

    record_id = models.CharField(max_length=100, db_index=True)
    origin = models.CharField(max_length=200)
    via = models.CharField(max_length=200)
    sequence = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=40)
    """A code: signature, key, replayed, conflict, claim, invalid, format, future, policy …"""
    problem = models.CharField(max_length=1000)
    body = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "record_id", "via"],
                condition=models.Q(settled_at__isnull=True),
                name="one_open_quarantine",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.record_id}"


class Exchange(models.Model):
    """One exchange with a peer, or one bundle read or written: what came of it."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, null=True, blank=True, related_name="exchanges")
    kind = models.CharField(max_length=12)
    """pull, push, served, bundle-in, bundle-out."""
    what = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    octets = models.BigIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["peer", "-began_at"], name="exchanges_of_peer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at}"


class Nonce(models.Model):
    """A number that a signed request carried: the same request is not served twice."""

    id = models.CharField(primary_key=True, max_length=120)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class ThisNode(models.Model):
    """What this node says of itself in the network: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    address = models.CharField(max_length=200, blank=True)
    """The address under which its statements were signed: with another one all are signed anew."""
    names = models.JSONField(default=dict, blank=True)
    """Language to name, as its people chose them."""
    keys = models.JSONField(default=dict, blank=True)
    """Its newest signed list of keys."""
    formerly = models.JSONField(default=list, blank=True)
    """What its spare key says of the addresses that it had before; see `exchange/nodes/moving.py`."""
    journal = models.CharField(max_length=64, blank=True)
    """The name of the order of its statements; a node that was restored from a backup begins another one."""
    high = models.BigIntegerField(default=0)
    """The highest serial that a statement ever had in it."""
    released_at = models.DateTimeField(null=True)
    """Until when records were looked at whose embargo runs out."""

    def __str__(self) -> str:
        return self.address


class WantedFile(models.Model):
    """An attached file that a received record names and that is still to be fetched."""

    sha256 = models.CharField(max_length=64)
    record_id = models.CharField(max_length=100)
    via = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True)
    proven = models.BooleanField(default=False)
    """The bytes are here, and who named them gave them too: nobody gets a file by naming a digest that they saw."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "record_id"], name="wanted_once")]

    def __str__(self) -> str:
        return self.sha256
