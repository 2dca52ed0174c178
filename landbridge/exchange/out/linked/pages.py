"""Pages that tell of several things, of a term, or of none, as schema.org JSON-LD. Those of records: `jsonld.thing`."""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.jsonld import CONTEXT
from landbridge.formats.vocabulary import Term, Vocabulary

MOST: Final = 50
"""Things of a list that the page names to machines; they read the whole in the sitemap, the catalogue or the API."""

Named = tuple[str, str]
"""The address of a thing, and its name in the language of the page."""


def page(address: str, name: str, language: str, items: Iterable[Named] = (), total: int = 0) -> dict[str, Any]:
    """A page of this node; with `items` a list of things, of `total` in all."""
    listed = list(items)[:MOST]
    base = f"{settings.BASE_URL}/"
    made: dict[str, Any] = {
        "@context": CONTEXT, "@type": "CollectionPage" if listed else "WebPage", "@id": address, "url": address,
        "name": name, "inLanguage": language,
        "isPartOf": {"@type": "WebSite", "@id": base, "url": base, "name": settings.NODE_NAME},
    }  # fmt: skip
    if listed:
        made["mainEntity"] = {
            "@type": "ItemList", "numberOfItems": max(total, len(listed)),
            "itemListElement": [
                {"@type": "ListItem", "position": place, "url": url, "name": title}
                for place, (url, title) in enumerate(listed, 1)
            ],
        }  # fmt: skip
    return made


def term(shown: Term, source: Vocabulary, language: str) -> dict[str, Any]:
    """A term of a vocabulary, with its labels in all languages."""
    names = {tag: labels for tag, labels in shown.labels.items() if labels}
    same = addresses.official(shown)
    return {
        "@context": CONTEXT, "@type": "DefinedTerm", "@id": addresses.of_term(shown), "url": addresses.of_term(shown),
        "name": [{"@value": labels[0], "@language": tag} for tag, labels in names.items()],
        "alternateName": [{"@value": label, "@language": tag} for tag, labels in names.items() for label in labels[1:]],
        "termCode": shown.id, "inDefinedTermSet": _set(source, language), **({"sameAs": same} if same else {}),
    }  # fmt: skip


def vocabulary(source: Vocabulary, language: str) -> dict[str, Any]:
    """A vocabulary and the terms at its top."""
    tops = [{"@type": "DefinedTerm", "@id": addresses.of_term(one), "name": one.label(language)}
            for one in source.tops()[:MOST]]  # fmt: skip
    return {"@context": CONTEXT, **_set(source, language), "hasDefinedTerm": tops}


def _set(source: Vocabulary, language: str) -> dict[str, Any]:
    address = addresses.of_vocabulary(source.name)
    title = source.title.get(language) or source.title.get("en") or source.name
    return {"@type": "DefinedTermSet", "@id": address, "url": address, "name": title}
