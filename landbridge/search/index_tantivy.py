"""The index in tantivy: memory-mapped, one writer, readers that follow each commit."""

import logging
import time
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from sys import intern
from typing import Any, Final

import orjson
import tantivy
from tantivy import Occur, Query

from landbridge.search.plan import (
    FACETS,
    FILTERS,
    NUMBERS,
    ROSTER,
    TEXT_FIELDS,
    Answer,
    Clause,
    Group,
    IndexDocument,
    Phrase,
    Plan,
    Range,
    Row,
)

logger = logging.getLogger(__name__)

LAYOUT: Final = 6
"""Raise it when the fields change: an index of another layout is dropped and built anew from the journal."""
_HEAP: Final = 30_000_000
_COUNTS_KEPT: Final = 20.0
"""Seconds."""
_MOST_COUNTS: Final = 5_000
_MOST_FACETS: Final = 40_000
"""Counts of facets that are kept at most, over all questions: a megabyte or two."""
Facets = dict[str, tuple[tuple[str, int], ...]]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in TEXT_FIELDS:
        option = "position" if name in ("text", "title") else "freq"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in FACETS + ROSTER:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in FILTERS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    return builder.build()


class TantivyIndex:
    """See `Index`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / f"layout-{LAYOUT}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = _schema()
        self._index = self._open()
        self._writer: tantivy.IndexWriter | None = None
        self._counts: dict[tuple[str, str], int] = {}
        self._counted_at = 0.0
        self._known_facets: dict[Hashable, Facets] = {}
        self._facets_kept = 0
        self._state = 0

    def _open(self) -> tantivy.Index:
        index = tantivy.Index(self.schema, path=str(self.folder))
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("whitespace", analyser)
        index.config_reader("commit", 1)
        return index

    def write(self, documents: Iterable[IndexDocument], gone: Sequence[str] = ()) -> None:
        writer = self._take_writer()
        for record_id in gone:
            writer.delete_documents_by_term("id", record_id)
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(_document(document))
        writer.commit()
        self._reload()

    def _take_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    def clear(self) -> None:
        writer = self._take_writer()
        writer.delete_all_documents()
        writer.commit()
        self._reload()

    def _reload(self) -> None:
        self._index.reload()
        self._counts, self._known_facets, self._facets_kept = {}, {}, 0

    def purge(self) -> None:
        writer = self._take_writer()
        writer.commit()
        writer.garbage_collect_files()
        self._reload()

    def release(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def frequency(self, field: str, term: str) -> int:
        """Kept for a while: how rare a term is changes little from one commit to the next."""
        now = time.monotonic()
        if now - self._counted_at > _COUNTS_KEPT or len(self._counts) > _MOST_COUNTS:
            self._counts, self._counted_at = {}, now
        key = (field, term)
        counted = self._counts.get(key)
        if counted is None:
            counted = self._counts[key] = int(self._index.searcher().doc_freq(field, term))
        return counted

    def similar_terms(self, field: str, term: str) -> list[tuple[str, int]]:
        return list(self._index.searcher().terms_with_prefix(field, term, None, 50))

    def search(self, plan: Plan) -> Answer:
        query = self._query(plan)
        searcher = self._searcher()
        options: dict[str, Any] = {"limit": max(plan.limit, 1), "count": True, "offset": plan.offset}
        if plan.sort:
            options["order_by_field"] = plan.sort.removeprefix("-")
            options["order"] = tantivy.Order.Asc if plan.sort.startswith("-") else tantivy.Order.Desc
        result = searcher.search(self._sunk(query, plan), **options)
        rows = tuple(
            Row(0.0 if plan.sort else float(score), _stored(searcher.doc(address)))
            for score, address in result.hits[: plan.limit]
        )
        return Answer(_count(result), rows, self._facets(searcher, query, plan))

    def _facets(self, searcher: tantivy.Searcher, query: Query, plan: Plan) -> Facets:
        if not plan.facets:
            return {}
        # The same question in the same state of the index: its next page, or somebody else asking it.
        key = _facet_key(plan)
        known = self._known_facets.get(key)
        if known is None:
            known = self._counted(searcher, query, plan)
            size = sum(map(len, known.values()))
            if self._facets_kept + size > _MOST_FACETS:
                self._known_facets, self._facets_kept = {}, 0
            self._known_facets[key] = known
            self._facets_kept += size
        return known

    def _searcher(self) -> tantivy.Searcher:
        """A searcher over the last commit, whichever process made it."""
        state = (self.folder / "meta.json").stat().st_mtime_ns
        if state != self._state:
            self._reload()
            self._state = state
        return self._index.searcher()

    def _counted(self, searcher: tantivy.Searcher, query: Query, plan: Plan) -> Facets:
        asked = {name: {"terms": {"field": name, "size": plan.facet_size}} for name in plan.facets}
        counted = searcher.aggregate(query, asked)
        return {
            name: tuple([(intern(bucket["key"]), bucket["doc_count"]) for bucket in counted[name]["buckets"]])
            for name in plan.facets
        }

    def _query(self, plan: Plan) -> Query:
        parts = [*self._groups(plan), *self._filters(plan)]
        if all(occur == Occur.MustNot for occur, _ in parts):
            parts.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(parts)

    def _sunk(self, query: Query, plan: Plan) -> Query:
        """The same, with what is overdue further down. It finds no more and no less, and is counted without this."""
        if plan.sinking is None or plan.sort:
            return query
        overdue = self._range(Range("confirm_by", most=plan.sinking.before - 1))
        less = Query.const_score_query(overdue, -plan.sinking.by)
        return Query.boolean_query([(Occur.Must, query), (Occur.Should, less)])

    def _groups(self, plan: Plan) -> Iterator[tuple[Occur, Query]]:
        needed = [group for group in plan.groups if group.needed]
        optional = [group for group in plan.groups if not group.needed]
        for group in needed:
            yield Occur.Must, self._group(group)
        if needed:
            for group in optional:
                yield Occur.Should, self._group(group)
        elif optional:
            choices = [(Occur.Should, self._group(group)) for group in optional]
            yield Occur.Must, Query.boolean_query(choices, minimum_number_should_match=plan.least_groups)
        elif not plan.sort:
            yield Occur.Must, Query.const_score_query(Query.all_query(), 1.0)

    def _group(self, group: Group) -> Query:
        queries = [self._clause(clause) for clause in group.any_of]
        if group.all_of:
            queries.append(Query.boolean_query([(Occur.Must, self._clause(clause)) for clause in group.all_of]))
        return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, group.others)

    def _clause(self, clause: Clause | Phrase) -> Query:
        if isinstance(clause, Phrase):
            query = Query.phrase_query(self.schema, clause.field, list(clause.terms))
        else:
            query = Query.term_query(self.schema, clause.field, clause.term, "freq")
        return query if clause.weight == 1.0 else Query.boost_query(query, clause.weight)

    def _filters(self, plan: Plan) -> Iterator[tuple[Occur, Query]]:
        for field, values in plan.filters.items():
            yield Occur.Must, self._one_of(field, values)
        for field, values in plan.without.items():
            if values:
                yield Occur.MustNot, self._one_of(field, values)
        for limits in plan.ranges:
            yield Occur.Must, self._range(limits)

    def _one_of(self, field: str, values: Sequence[str]) -> Query:
        queries = [Query.term_query(self.schema, field, value, "basic") for value in values]
        one = queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])
        return Query.const_score_query(one, 0.0)

    def _range(self, limits: Range) -> Query:
        query = Query.range_query(
            self.schema, limits.field, tantivy.FieldType.Integer,
            -(2**62) if limits.least is None else limits.least,
            2**62 if limits.most is None else limits.most,
        )  # fmt: skip
        return Query.const_score_query(query, 0.0)


def _facet_key(plan: Plan) -> Hashable:
    """What decides the counts of a question: all but the order and the page."""
    narrowed = (tuple(sorted(plan.filters.items())), tuple(sorted(plan.without.items())))
    return plan.groups, narrowed, plan.ranges, plan.least_groups, plan.facets, plan.facet_size


def _stored(document: tantivy.Document) -> dict[str, Any]:
    kept: dict[str, Any] = orjson.loads(document.get_first("stored") or b"{}")
    return kept


def _count(result: Any) -> int:
    """The exact total, which the type stubs of the binding do not know."""
    return int(result.count)


def _document(document: IndexDocument) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("id", document.id)
    for name, terms in document.terms.items():
        if terms:
            made.add_text(name, " ".join(terms))
    for name, values in document.facets.items():
        for value in values:
            made.add_text(name, value)
    for name, number in document.numbers.items():
        made.add_integer(name, number)
    made.add_bytes("stored", orjson.dumps(document.stored))
    return made
