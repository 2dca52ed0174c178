"""The records of the tests of the pages: six languages, every kind of question, hostile texts, hidden ones."""

from typing import Any

from tests.api.small import HIDDEN, PUBLIC, SECRET

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
FULL: dict[str, Any] = {
    "id": "reef-need", "format": "need", "language": "en", "data": {
        "title": {
            "en": "Reef monitoring with fishing villages", "fr": "Suivi du récif avec les pêcheurs", "ar": "رصد الشعاب",
        },
        "translations": {"fr": "human", "ar": "machine"},
        "summary": {"en": "We want to count reef fish ourselves.", "fr": "Nous voulons compter les poissons."},
        "description": {"en": "<p>First <strong>paragraph</strong>.</p><ul><li>one</li></ul>"},
        "places": ["FJI"], "point": {"latitude": -17.7, "longitude": 178.1}, "ecosystems": ["coral-reef"],
        "targets": ["target-02"], "support_types": ["training"], "urgency": "urgent", "sample": True,
        "budget": {"amount": "15000", "currency": "USD", "year": 2026}, "scale": {"value": 2, "unit": "ha"},
        "period": {"start": "2027-01-01", "end": "2027-12-31"}, "beneficiary_count": 1200,
        "requester": [{"name": "Village council", "role": "lead"}], "anonymous": False,
        "results": [{"result": {"en": "Ten people trained"}, "aim": "10"}],
        "contacts": [{"name": "Losa", "email": "losa@example.org", "phone": "+679 123", "country": "FJI"}],
        "links": [{"url": "https://example.org/reef", "title": "Reef page"}],
        "related": [{"record": "mangrove-nursery", "relation": "uses"}, {"record": "secret-private"}],
        "files": [{"name": "map.pdf", "media_type": "application/pdf", "size": 12000, "sha256": "0" * 64}],
        "confirmed_on": "2026-03-03", "expires_on": "2031-03-03", "licence": "cc-by-4.0",
    },
}  # fmt: skip
ATTACK: dict[str, Any] = {
    "id": "attack", "format": "technology", "language": "en", "data": {
        "title": {"en": f"Attack {HOSTILE}"}, "summary": {"en": f"Mangrove {HOSTILE} words"},
        "description": {"en": f"<p onclick='x()'>Hello</p>{HOSTILE}<a href='javascript:alert(1)'>link</a>"},
        "providers": [{"name": f"=cmd {HOSTILE}"}], "places": ["FJI"], "source": HOSTILE,
    },
}  # fmt: skip
INSTITUTE: dict[str, Any] = {
    "id": "reef-institute", "format": "organisation", "language": "en", "data": {
        "title": {"en": "Reef Institute of Suva"}, "summary": {"en": "Trains people to monitor reefs."},
        "places": ["FJI"], "served_places": ["FJI", "061"], "support_types": ["training"],
        "contacts": [{"name": "Front desk", "email": "desk@example.org"}],
    },
}  # fmt: skip
COURSE: dict[str, Any] = {
    "id": "reef-course", "format": "offer", "language": "en", "data": {
        "title": {"en": "Reef monitoring course for fishing villages"}, "support_types": ["training"],
        "summary": {"en": "Ten days of training to count reef fish."}, "places": ["FJI"],
        "providers": [{"name": "Reef Institute of Suva", "record": "reef-institute"}], "ecosystems": ["coral-reef"],
    },
}  # fmt: skip
OLD_COURSE: dict[str, Any] = {
    "id": "old-course", "format": "offer", "language": "en", "data": {
        "title": {"en": "Closed reef monitoring course"}, "support_types": ["training"], "closed": True,
        "summary": {"en": "A reef monitoring course for fishing villages to count reef fish."}, "places": ["FJI"],
    },
}  # fmt: skip
EVERYTHING: list[dict[str, Any]] = [*PUBLIC, FULL, ATTACK, INSTITUTE, COURSE, OLD_COURSE, *SECRET]

__all__ = ["ATTACK", "COURSE", "EVERYTHING", "FULL", "HIDDEN", "HOSTILE", "INSTITUTE", "PUBLIC", "SECRET"]
