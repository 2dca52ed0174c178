"""Tells what is new under the searches, Parties and terms that people watch.

A messenger behind the search index: it asks the index about the changed records only, each question once however many
people ask it.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import Reader
from landbridge.registry.telling import readers
from landbridge.registry.workflow import State, Verb, Visibility
from landbridge.search.concepts import annotator
from landbridge.search.index import index
from landbridge.search.models import Watch
from landbridge.search.plan import Clause, Group, Plan, readable_by
from landbridge.search.query import UNLISTED, BadQuery, first_fitting, fitting
from landbridge.search.watching import Found, active, query_of, take_as_known, tell, tidy

logger = logging.getLogger(__name__)

PORTION: Final = 400
"""Changed records that one question to the index names at most."""
MOST_KNOWN: Final = 1_000
"""Records that a watch keeps as known when it begins."""
_FACETS: Final = {
    "ecosystems": "ecosystem", "targets": "target", "themes": "theme", "support_types": "support", "ip_status": "ip",
    "trl": "trl", "countries": "place", "regions": "place", "technologies": "technology",
}  # fmt: skip
"""Vocabulary to the facet that holds its terms; terms of others are asked for as concepts."""


def newly_shown(changes: Iterable[Change]) -> dict[str, int]:
    """Records that came into everybody's sight by these changes, each with the serial of the last such change."""
    return {
        change.record_id: change.serial
        for change in changes
        if change.state == State.PUBLISHED
        and change.visibility == Visibility.PUBLIC
        and change.shown_to != Visibility.PUBLIC
    }


def _revised(changes: Iterable[Change]) -> dict[str, int]:
    """Records that were in everybody's sight and have a new revision there, each with the serial of the last one."""
    return {
        change.record_id: change.serial
        for change in changes
        if change.state == State.PUBLISHED
        and change.visibility == change.shown_to == Visibility.PUBLIC
        and change.verb in (Verb.PUBLISH, Verb.RECEIVE)
    }


class WatchFollower(Messenger):
    """A messenger; see above."""

    name = "watches"
    after = "search"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Tell each watch what of these changes is new under it."""
        shown = newly_shown(changes)
        revised = _revised(changes)
        if not shown and not revised:
            return
        watches = active(("search", "party", "term"), max((*shown.values(), *revised.values())))
        if not shown:
            watches = [watch for watch in watches if watch.knows_all]
        asked = _Asked(shown, revised, readers({watch.account_id for watch in watches}))
        found = [Found(watch, records) for watch in watches if (records := asked.fitting(watch))]
        tell("watch", found)


class _Asked:
    """Asks the index what of the changed records fits a watch; the same question is asked once."""

    def __init__(self, shown: Mapping[str, int], revised: Mapping[str, int], known: Mapping[int, Reader]) -> None:
        self._shown = shown
        self._changed = {**revised, **shown}
        self._readers = known
        every = list(self._changed)
        self._portions = [every[start : start + PORTION] for start in range(0, len(every), PORTION)]
        self._answers: dict[tuple[object, ...], list[str]] = {}

    def fitting(self, watch: Watch) -> tuple[str, ...]:
        """The changed records that fit, without what was there before the watch. Of those that were revised, whether
        they fitted before is only known where the watch knows all that did."""
        reader = self._readers[watch.account_id]
        rights = tuple(sorted((name, tuple(part.items())) for name, part in readable_by(reader).items()))
        language = watch.account.language if watch.kind == "search" else ""
        key = (watch.kind, watch.subject, language, rights)
        if key not in self._answers:
            self._answers[key] = [one for ids in self._portions for one in _ask(watch, ids, reader)]
        return tuple(
            one
            for one in self._answers[key]
            if self._changed[one] > watch.since and (watch.knows_all or one in self._shown)
        )


def _ask(watch: Watch, ids: Sequence[str], reader: Reader) -> list[str]:
    if watch.kind == "search":
        try:
            return fitting(query_of(watch.subject), ids, reader, watch.account.language)
        except BadQuery as problem:
            logger.warning("The watch %s asks for what is not known any more: %s", watch.pk, problem)
            return []
    plan = _plan(watch, reader)
    plan = replace(plan, filters={**plan.filters, "id": tuple(ids)}, limit=len(ids))
    return [row.stored["id"] for row in index().search(plan).rows]


def begin(watch: Watch, reader: Reader) -> None:
    """What is under a watch when it begins is no news. Where there is too much to be kept, a record that is revised so
    that it comes under it is not told: only what is new is.

    Raises:
        BadQuery: an unknown filter value.
    """
    if watch.kind == "search":
        found = first_fitting(query_of(watch.subject), MOST_KNOWN + 1, reader, watch.account.language)
    else:
        plan = replace(_plan(watch, reader), limit=MOST_KNOWN + 1)
        found = [row.stored["id"] for row in index().search(plan).rows]
    if len(found) <= MOST_KNOWN:
        take_as_known(watch, found)
        Watch.objects.filter(pk=watch.pk).update(knows_all=True)


def _plan(watch: Watch, reader: Reader) -> Plan:
    """The question of a Party's or a term's watch."""
    rights = readable_by(reader)
    filters = dict(rights["filters"])
    groups: tuple[Group, ...] = ()
    if watch.kind == "party":
        filters["place"] = (watch.subject,)
    else:
        name, _, identifier = watch.subject.partition(":")
        if name in _FACETS:
            filters[_FACETS[name]] = (identifier,)
        else:
            groups = (Group((Clause("concept", annotator().network.key(watch.subject)),)),)
    without = {**rights["without"], "type": UNLISTED}
    return Plan(groups=groups, filters=filters, without=without, sort="updated")


class ForgetWatches:
    """A task: drops for good the watches that were dropped long ago."""

    name = "forget-watches"
    every = 24 * 3600.0

    def run(self, now: datetime) -> None:
        """Drop them."""
        tidy(now)
