"""Where a record came from, in the container that the protocol has for it: for those received from elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from landbridge.exchange.models import Source, SourceItem
from landbridge.exchange.out.oai import marking, whole
from landbridge.registry.queries import RecordView

NAMESPACE: Final = "http://www.openarchives.org/OAI/2.0/provenance"
_SOURCE: Final = "source:"
_OPENING: Final = (
    f'<about><provenance xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} http://www.openarchives.org/OAI/2.0/provenance.xsd">'
)


def abouts(views: Sequence[RecordView]) -> Mapping[str, bytes]:
    """Record id to its container, for those that came from another node or from a source: two queries at most."""
    strangers = [view for view in views if view.origin]
    from_sources = [view.id for view in strangers if view.origin.startswith(_SOURCE)]
    items = {item.record_id: item for item in SourceItem.objects.filter(record_id__in=from_sources)}
    names = {view.origin.removeprefix(_SOURCE) for view in strangers if view.id in items}
    sources = Source.objects.in_bulk(names) if names else {}
    return {
        view.id: _of_source(view, items.get(view.id), sources.get(view.origin.removeprefix(_SOURCE)))
        if view.origin.startswith(_SOURCE) else _of_node(view)
        for view in strangers
    }  # fmt: skip


def _of_node(view: RecordView) -> bytes:
    """Another node of the network: it has the same door, and what it signed is passed on unaltered."""
    host = urlsplit(view.origin).hostname or view.origin
    return _written(view, f"{view.origin}/oai", f"oai:{host}:{view.id}", whole.NAMESPACE, altered=False)


def _of_source(view: RecordView, item: SourceItem | None, source: Source | None) -> bytes:
    """A source elsewhere, whose words were put into one of our formats."""
    where = (source.address if source else "") or view.origin
    key = (item.key if item else "") or view.id
    stated = item.stated_at.strftime("%Y-%m-%dT%H:%M:%SZ") if item and item.stated_at else ""
    return _written(view, where, key, whole.NAMESPACE, altered=True, stated=stated)


def _written(view: RecordView, base: str, identifier: str, namespace: str, *, altered: bool, stated: str = "") -> bytes:
    taken_in = view.revised_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return marking.joined([
        _OPENING, f'<originDescription harvestDate="{taken_in}" altered="{str(altered).lower()}">',
        marking.element("baseURL", _address(base)), marking.element("identifier", _address(identifier)),
        marking.element("datestamp", stated or taken_in), marking.element("metadataNamespace", namespace),
        "</originDescription></provenance></about>",
    ])  # fmt: skip


def _address(said: str) -> str:
    """What a stranger calls an identifier, as an address that XML Schema takes."""
    return quote(said, safe="/:?#[]@!$&'()*+,;=-._~%")
