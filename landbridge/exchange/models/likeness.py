"""What a published record is found by when another one tells of the same thing."""

from django.db import models


class Trait(models.Model):
    """Of each published record: titles, identifiers, places and years, folded so that they can be compared."""

    record_id = models.CharField(primary_key=True, max_length=100)
    format = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.record_id


class TraitKey(models.Model):
    """A number that records of a format share when they may tell of the same; see `exchange/likeness/traits.py`."""

    record_id = models.CharField(max_length=100, db_index=True)
    key = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.record_id} {self.key}"
