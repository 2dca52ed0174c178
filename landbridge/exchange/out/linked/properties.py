"""Where schema.org puts what our questions ask: the same answer has another name on a person than on a book.

The questions name their term of schema.org (`rdf=`); this table says where a class calls it otherwise.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

_PEOPLE: Final[Mapping[str, str]] = {"about": "knowsAbout", "encoding": "subjectOf"}
_THING: Final[Mapping[str, str]] = {"about": "category", "encoding": "subjectOf"}
_GIVEN: Final[Mapping[str, str]] = {
    **_THING, "spatialCoverage": "areaServed", "location": "areaServed", "geo": "areaServed",
}  # fmt: skip
_BODY: Final[Mapping[str, str]] = {**_PEOPLE, "spatialCoverage": "location", "geo": "location"}
_WORK: Final[Mapping[str, str]] = {"location": "spatialCoverage", "geo": "spatialCoverage"}
_ELSEWHERE: Final[Mapping[str, Mapping[str, str]]] = {
    "Person": {**_PEOPLE, "spatialCoverage": "workLocation", "location": "workLocation", "geo": "workLocation"},
    "Organization": _BODY,
    "Project": {**_BODY, "parentOrganization": "sponsor"},
    "Event": {"spatialCoverage": "location", "geo": "location", "encoding": "subjectOf"},
    "Product": {**_THING, **_WORK},
    "Offer": _GIVEN,
    "Demand": _GIVEN,
    "Role": {**_PEOPLE, "about": "about", **_WORK},
}
_WORKS: Final = frozenset({"LearningResource", "Article", "Legislation", "CreativeWork", "DataCatalog"})
RESOURCES: Final[Mapping[str, str]] = {
    "dataset": "Dataset", "database": "Dataset", "specimen-collection": "Dataset", "map": "Map", "book": "Book",
    "software": "SoftwareApplication", "e-learning": "Course", "report": "Report",
    "journal-article": "ScholarlyArticle", "video": "VideoObject", "audio": "AudioObject", "image": "ImageObject",
    "website": "WebSite", "legislation": "Legislation",
}  # fmt: skip
"""Kind of resource to the class of schema.org that says more than LearningResource."""
PROFILES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Dataset": ("Dataset/1.0-RELEASE", ("description", "identifier", "keywords", "license", "name", "url")),
    "Course": ("Course/1.0-RELEASE", ("description", "keywords", "name")),
    "LearningResource": ("TrainingMaterial/1.0-RELEASE", ("description", "keywords", "name")),
    "Person": ("Person/0.2-DRAFT-2019_07_19", ("description", "mainEntityOfPage", "name")),
}
"""Class to the profile of Bioschemas and what it demands at least. Those of organisations and events demand terms that
schema.org does not have (contact, hostInstitution, topic), so nothing of ours claims them."""
TRAINING: Final = frozenset({"guide", "manual", "training-material", "e-learning", "video"})
"""The kinds of resource that somebody learns from."""


@cache
def is_work(kind: str) -> bool:
    """Whether things of this class are works: texts, data, programs."""
    return kind in _WORKS


def renamed(kind: str, term: str) -> str:
    """What the class calls the term."""
    return _ELSEWHERE.get(kind, _WORK if is_work(kind) else {}).get(term, term)
