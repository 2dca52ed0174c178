"""What harvesters are told: one row for each record that anybody could ever read, in the order in which it last
changed."""

from django.db import models


class OaiRecord(models.Model):
    """A record as a harvester sees it, or the sign that it is gone. A change gives it a new stamp."""

    stamp = models.BigIntegerField(primary_key=True)
    """Its datestamp and its place within that second; see `exchange/out/oai/stamps.py`."""
    record_id = models.CharField(max_length=100, unique=True)
    format = models.CharField(max_length=40)
    """The set that it belongs to; a record keeps its format."""
    deleted = models.BooleanField(default=False)
    """It was public and is not any more; what it said is not kept here."""
    revision = models.PositiveIntegerField(default=0)
    """The published revision that was written out below."""
    sha256 = models.BinaryField(default=b"")
    """Over everything that a harvester can be told of it, in any format."""
    dublin_core = models.BinaryField(default=b"")
    """The record in `oai_dc`, written out: a page of a harvest is then a matter of joining."""
    about = models.BinaryField(default=b"")
    """Where it came from, for records received from elsewhere."""

    class Meta:
        indexes = [models.Index(fields=["format", "stamp"], name="oai_records_of_set")]

    def __str__(self) -> str:
        return f"{self.stamp} {self.record_id}"


class OaiClock(models.Model):
    """One row: up to where stamps are known to have been there in time, and how far a new wording has come."""

    settled = models.BigIntegerField(default=0)
    wording = models.CharField(max_length=64, blank=True)
    """What the rows are written out with; see `exchange/out/oai/keeping.py`."""
    walking = models.CharField(max_length=64, blank=True)
    walked = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"settled to {self.settled}"
