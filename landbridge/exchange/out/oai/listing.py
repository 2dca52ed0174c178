"""A page of a list: one query, and the rows joined."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from landbridge.exchange.models import OaiRecord
from landbridge.exchange.out.linked.addresses import told
from landbridge.exchange.out.oai import dublin_core, keeping, mods, provenance, stamps, whole
from landbridge.exchange.out.oai.arguments import Asked, Problem
from landbridge.exchange.out.oai.tokens import BadToken, Token, read, written
from landbridge.formats.library import FORMATS
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, titles
from landbridge.registry.rules import ANYONE, readable

PAGE: Final = 500
"""Records of a page that only has to be joined. Measured with sickle on 20,000 records: see `docs/benchmarks.md`."""
PAGE_WRITTEN: Final = 200
"""Records of a page that is written out when it is asked for."""
HEAVY: Final = 4_000_000
"""Bytes after which a page ends early: memory is bounded whatever records say."""
Writer = Callable[[Sequence[RecordView]], Mapping[str, bytes]]


@dataclass(frozen=True)
class Prefix:
    """A metadata format that we give."""

    schema: Callable[[], str]
    namespace: str
    write: Writer


def _oai_dc(views: Sequence[RecordView]) -> Mapping[str, bytes]:
    return {key: one.dublin_core for key, one in keeping.rendered(views).items()}


def _mods(views: Sequence[RecordView]) -> Mapping[str, bytes]:
    known = titles({key for view in views for key in dublin_core.named_by_record(view)}, ANYONE)
    return keeping.each(views, lambda view: mods.metadata(view, known))


def _datacite(views: Sequence[RecordView]) -> Mapping[str, bytes]:
    # Inner imports: a process that only joins what is written out does not need them.
    from lxml import etree

    from landbridge.exchange.out.linked import datacite_xml
    from landbridge.exchange.out.linked.addresses import titles_for

    shown = [replace(view, data=told(view)) for view in views]
    known = titles_for(shown)
    return keeping.each(shown, lambda view: etree.tostring(datacite_xml.element(view, known), encoding="utf-8"))


def _whole(views: Sequence[RecordView]) -> Mapping[str, bytes]:
    return keeping.each(views, whole.metadata)


OAI_DC: Final = "oai_dc"
_DATACITE: Final = "http://datacite.org/schema/kernel-4"
_DATACITE_SCHEMA: Final = "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"
PREFIXES: Final[Mapping[str, Prefix]] = {
    OAI_DC: Prefix(lambda: dublin_core.SCHEMA, dublin_core.NAMESPACE, _oai_dc),
    "mods": Prefix(lambda: mods.SCHEMA, mods.NAMESPACE, _mods),
    "datacite": Prefix(lambda: _DATACITE_SCHEMA, _DATACITE, _datacite),
    "landbridge": Prefix(whole.schema, whole.NAMESPACE, _whole),
}
"""Every record can be had in each of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a page. `now` is the revision that anybody may read at this moment, none when nobody may."""

    stamp: int
    record_id: str
    format: str
    deleted: bool
    revision: int
    now: int | None
    dublin_core: bytes = b""
    about: bytes = b""

    @property
    def gone(self) -> bool:
        """Whether there is nothing to be told: also where the table does not know it yet."""
        return self.deleted or self.now is None

    @property
    def stale(self) -> bool:
        """Whether what is written out is not what anybody may read now: the table is a moment behind."""
        return not self.gone and self.now != self.revision


def domain() -> str:
    """The name of the repository in its identifiers: the host of the node's address."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def identifier(record_id: str) -> str:
    """The identifier of a record for harvesters."""
    return f"oai:{domain()}:{quote(record_id, safe='._~-')}"


def record_of(said: str) -> str:
    """The record id behind an identifier, empty when it is none of ours."""
    before = f"oai:{domain()}:"
    found = unquote(said[len(before) :], errors="replace") if said.lower().startswith(before) else ""
    return "" if "\0" in found else found


def rows_of(query: "QuerySet[OaiRecord]", *, with_answers: bool) -> Iterator[Row]:
    """The rows of a query, each with what anybody may read at this moment: in the same statement, so that nothing
    that was hidden a moment ago still goes out."""
    now = Record.objects.filter(readable(ANYONE), pk=OuterRef("record_id")).values("published")
    columns = ["stamp", "record_id", "format", "deleted", "revision", "now"]
    columns += ["dublin_core", "about"] if with_answers else []
    for row in query.annotate(now=Subquery(now)).values_list(*columns):
        yield Row(*row)


def one(record_id: str) -> Row | None:
    """The row of a record."""
    return next(rows_of(OaiRecord.objects.filter(record_id=record_id), with_answers=True), None)


def begun(asked: Asked) -> Token:
    """The list that is asked for, from its beginning, or from where a token leads.

    Raises:
        Problem: the token is none of ours, or we do not give the format.
    """
    if asked.token is not None:
        try:
            return read(asked.token, asked.verb)
        except BadToken as bad:
            raise Problem("badResumptionToken", str(bad)) from None
    prefix, set_ = asked.arguments["metadataPrefix"], asked.arguments.get("set", "")
    if prefix not in PREFIXES:
        raise Problem("cannotDisseminateFormat", f"We give {', '.join(PREFIXES)}.")
    first, last = 0, 0
    if "from" in asked.arguments:
        first = stamps.first_of(stamps.read(asked.arguments["from"]))
    if "until" in asked.arguments:
        last = stamps.first_of(stamps.read(asked.arguments["until"], until=True) + 1) - 1
    token = Token(asked.verb, prefix, set_, first, last, first - 1, 0, 0)
    return replace(token, size=_matching(token).count())


def _matching(token: Token) -> "QuerySet[OaiRecord]":
    found = OaiRecord.objects.filter(stamp__gt=token.after)
    if token.last:
        found = found.filter(stamp__lte=token.last)
    if token.set:
        found = found.filter(format=token.set)
    return found


@dataclass(frozen=True)
class Page:
    """The rows of a page, and the token of the next one."""

    rows: list[Row]
    next: Token | None


def page(token: Token) -> Page:
    """The page that a token leads to."""
    with_answers = token.verb == "ListRecords" and token.prefix == OAI_DC
    size = PAGE if with_answers or token.verb == "ListIdentifiers" else PAGE_WRITTEN
    rows: list[Row] = []
    weight = 0
    found = _matching(token).order_by("stamp")[: size + 1]
    for row in rows_of(found, with_answers=with_answers):
        if len(rows) == size or weight > HEAVY:
            last = rows[-1]
            return Page(rows, replace(token, after=last.stamp, cursor=token.cursor + len(rows)))
        rows.append(row)
        weight += len(row.dublin_core)
    if not rows and token.cursor and token.last:
        # All that was still to come changed meanwhile, and stands behind the end of the list now. A page must not be
        # empty, so one of them is told as it is today; whoever comes back for what changed gets the others.
        return Page(page(replace(token, last=0)).rows[:1], None)
    return Page(rows, None)


def resumption(token: Token, given: Page) -> str:
    """The element at the end of a page: empty on the last one of several, none where one was enough."""
    size = max(token.size, token.cursor + len(given.rows) + (given.next is not None))
    told = f' completeListSize="{size}" cursor="{token.cursor}"'
    if given.next is not None:
        return f"<resumptionToken{told}>{written(replace(given.next, size=size))}</resumptionToken>"
    return f"<resumptionToken{told}/>" if token.cursor else ""


def headers(rows: Sequence[Row]) -> Iterator[bytes]:
    """The header of each row."""
    before, dates = f"oai:{domain()}:".encode(), dict[int, bytes]()
    for row in rows:
        moment = stamps.second(row.stamp)
        if moment not in dates:
            dates[moment] = stamps.written(moment).encode()
        status = b' status="deleted"' if row.gone else b""
        yield b"<header%s><identifier>%s%s</identifier><datestamp>%s</datestamp><setSpec>%s</setSpec></header>" % (
            status, before, quote(row.record_id, safe="._~-").encode(), dates[moment], row.format.encode(),
        )  # fmt: skip


def records(rows: Sequence[Row], prefix: str) -> Iterator[bytes]:
    """Each row as a record in a metadata format; what is gone is its header only."""
    ready = prefix == OAI_DC
    wanted = [row.record_id for row in rows if row.stale or not (ready or row.gone)]
    written_now, abouts = _written_now(wanted, prefix) if wanted else ({}, {})
    for row, header in zip(rows, headers(rows), strict=True):
        if row.gone or (row.record_id in wanted and row.record_id not in written_now):
            yield b"<record>%s</record>" % _as_gone(header)
        else:
            metadata = written_now.get(row.record_id) or row.dublin_core
            about = abouts.get(row.record_id, row.about)
            yield b"<record>%s<metadata>%s</metadata>%s</record>" % (header, metadata, about)


def _as_gone(header: bytes) -> bytes:
    """The header of what was hidden while the page was made."""
    return header.replace(b"<header>", b'<header status="deleted">', 1)


def _written_now(record_ids: Sequence[str], prefix: str) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    views = keeping.public(record_ids)
    return PREFIXES[prefix].write(views), provenance.abouts(views)


def sets() -> list[str]:
    """The sets: our formats, first those that have records. A format without any is a set all the same."""
    living = keeping.inhabited()
    return sorted(FORMATS, key=lambda name: name not in living)
