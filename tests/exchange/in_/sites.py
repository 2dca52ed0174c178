"""A site for the tests of the door that reads schema.org: its pages, its sitemaps, and what the door makes of them."""

from typing import Any

import orjson

from landbridge.exchange.in_.door import Checkpoint, Found
from landbridge.exchange.in_.sources.schema_org import SchemaOrg
from tests.exchange.in_.asking import Answer, Server, asked, proved

SITE = "https://reef.example"
XML = {"content-type": "application/xml"}
HTML = {"content-type": "text/html; charset=utf-8"}
CONTEXT = "https://schema.org/"
DATASET: dict[str, Any] = {
    "@context": {"@vocab": "https://schema.org/"}, "@type": ["Dataset", "schema:Thing"], "@id": f"{SITE}/d/1",
    "name": "Corals of Fiji", "description": "<p>Where corals were seen.</p>", "url": f"{SITE}/d/1",
    "keywords": "corals, marine and coastal biodiversity,x", "license": "https://creativecommons.org/licenses/by/4.0/",
    "spatialCoverage": {"@type": "Place", "name": "Fiji", "geo": {"@type": "GeoCoordinates", "latitude": "-18.1",
                                                                   "longitude": 178.4}},
    "identifier": [{"@type": "PropertyValue", "propertyID": "DOI", "value": "doi:10.1234/abc"}],
    "provider": {"@id": "#org"}, "creator": {"@type": "Person", "name": "B. Author"}, "datePublished": "2024-02-03",
    "distribution": [{"@type": "DataDownload", "contentUrl": f"{SITE}/d/1.csv"}, {"contentUrl": "javascript:x"}],
    "inLanguage": "en", "sameAs": "https://doi.org/10.1234/abc", "dateModified": "2026-02-01T00:00:00Z",
}  # fmt: skip
ORG = {"@context": CONTEXT, "@type": "ResearchOrganization", "@id": "#org", "name": "Institute of Reefs"}


def html(*blocks: Any, lang: str = "en") -> Answer:
    said = "".join(
        f'<script type="application/ld+json">{one if isinstance(one, str) else orjson.dumps(one).decode()}</script>'
        for one in blocks
    )
    return 200, f'<!doctype html><html lang="{lang}"><head>{said}</head><body><p>x'.encode(), HTML


def urlset(*rows: str) -> Answer:
    body = "".join(row if row.startswith("<") else f"<url><loc>{SITE}{row}</loc></url>" for row in rows)
    return 200, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>'.encode(), XML


def dated(path: str, changed: str, kind: str = "url") -> str:
    return f"<{kind}><loc>{SITE}{path}</loc><lastmod>{changed}</lastmod></{kind}>"


def index(*rows: str) -> Answer:
    body = "".join(row if row.startswith("<") else f"<sitemap><loc>{SITE}{row}</loc></sitemap>" for row in rows)
    return 200, f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>'.encode(), XML


def read(pages: dict[str, Any], start: str = "/sitemap.xml", **named: Any) -> list[Found | Checkpoint]:
    named.setdefault("pause", 0)
    server = named.pop("server", None) or Server({f"{SITE}{path}": answer for path, answer in pages.items()})
    return asked(SchemaOrg(), server=server, address=f"{SITE}{start}", **named)


def found(said: list[Found | Checkpoint]) -> list[Found]:
    things = [one for one in said if isinstance(one, Found)]
    for one in things:
        proved(one)
    return things


def last(said: list[Found | Checkpoint]) -> Checkpoint:
    assert isinstance(said[-1], Checkpoint)
    return said[-1]
