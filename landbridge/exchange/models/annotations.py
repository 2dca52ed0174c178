"""Which annotation speaks of which record."""

from django.db import models


class About(models.Model):
    """A published annotation and one record of which it speaks; kept by the follower of `exchange/annotations.py`."""

    annotation_id = models.CharField(max_length=100)
    record_id = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotation_id", "record_id"], name="one_about_per_pair")]

    def __str__(self) -> str:
        return f"{self.annotation_id} of {self.record_id}"
