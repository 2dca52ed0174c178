"""What counts as a reader's interest: people who look at a page themselves, and not those who keep the record."""

from collections.abc import Iterable

from django.http import HttpRequest

from landbridge.registry import tallies
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import is_own
from landbridge.web.people import reader_of


def _by_a_person(request: HttpRequest) -> bool:
    """Whether somebody looks, rather than a program, or a browser that only fetches ahead."""
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    asked = request.method in ("GET", "POST") and "prefetch" not in ahead
    return asked and not tallies.is_machine(request.headers.get("User-Agent", ""))


def viewed(request: HttpRequest, view: RecordView) -> None:
    """Somebody has opened the page of a record."""
    if _by_a_person(request) and not is_own(reader_of(request), view.owner, view.author):
        tallies.count("viewed", [view.id])


def matched(request: HttpRequest, record_ids: Iterable[str]) -> None:
    """Somebody has been shown that these records fit what they are looking for."""
    if _by_a_person(request):
        tallies.count("matched", record_ids)
