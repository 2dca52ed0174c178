"""What is shown of sources, to those who may look (`sources_actions.require_look`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from landbridge.exchange.in_ import claims
from landbridge.exchange.models import Refusal, Source, SourceItem, SourceRun

PAGE: Final = 30


@dataclass(frozen=True)
class Line:
    """A source in the list: its newest run, and when it last ran well."""

    source: Source
    last: SourceRun | None
    fresh_at: datetime | None

    @property
    def status(self) -> str:
        """`never`, `waits`, `runs`, `broken`, `failed` or `well`."""
        return status(self.last) if self.last else "never"


def status(run: SourceRun) -> str:
    """How a run stands."""
    if run.ended_at is not None:
        if run.undone_at is not None:
            return "undone"
        if run.undone_by_id is not None:
            return "undoing"
        return "failed" if run.error else "well"
    return "waits" if run.started_at is None else "runs"


def every() -> list[Line]:
    """All sources that were not removed, by their titles: three queries."""
    newest = SourceRun.objects.filter(source=OuterRef("pk"), preview=False).order_by("-pk").values("pk")[:1]
    ended_well = Max("runs__ended_at", filter=Q(runs__error="", runs__preview=False, runs__undone_at=None))
    found = Source.objects.filter(removed_at=None).annotate(last_run=Subquery(newest), fresh_at=ended_well)
    sources = list(found.order_by("title", "pk"))
    runs = SourceRun.objects.defer("shown", "cursor", "since").in_bulk(
        [one.last_run for one in sources if one.last_run]
    )
    return [Line(one, runs.get(one.last_run), one.fresh_at) for one in sources]


def runs_of(source: Source, most: int = PAGE) -> list[SourceRun]:
    """The newest runs of a source."""
    newest = SourceRun.objects.filter(source=source, preview=False).select_related("by", "undone_by")
    return list(newest.defer("shown", "cursor", "since").order_by("-pk")[:most])


def last_preview(source: Source) -> SourceRun | None:
    """The newest preview of a source."""
    return SourceRun.objects.filter(source=source, preview=True).order_by("-pk").first()


def is_busy(source: Source) -> bool:
    """Whether a run of it is under way or waits."""
    return claims.running(source.pk).exists() or claims.waiting(source.pk).filter(preview=False).exists()


def refusals(run: SourceRun, text: str = "", field: str = "") -> "QuerySet[Refusal]":
    """What a run did not take in, as it came; narrowed to what holds a text, or to a field."""
    found = Refusal.objects.filter(run=run).order_by("pk")
    if field:
        found = found.filter(field=field)
    if text := text.replace("\0", "").strip()[:100]:
        found = found.filter(Q(key__icontains=text) | Q(reason__icontains=text) | Q(place__icontains=text))
    return found


def refused_fields(run: SourceRun, most: int = 30) -> list[str]:
    """The fields in which things were refused."""
    fields = Refusal.objects.filter(run=run).exclude(field="").values_list("field", flat=True)
    return list(fields.distinct().order_by("field")[:most])


def put_by(source: Source, text: str = "", *, drafted: bool = False) -> "QuerySet[SourceItem]":
    """What waits for a person to make a draft of it, the newest first; or what was drafted already."""
    found = SourceItem.objects.filter(source=source, said__isnull=False, gone_at=None).order_by("-pk")
    found = found.exclude(record_id="") if drafted else found.filter(record_id="")
    if text := text.replace("\0", "").strip()[:100]:
        found = found.filter(Q(title__icontains=text) | Q(key__icontains=text))
    return found


def report(run: SourceRun) -> Iterator[Refusal]:
    """All that is told one by one of what a run refused."""
    yield from Refusal.objects.filter(run=run).order_by("pk").iterator(chunk_size=500)
