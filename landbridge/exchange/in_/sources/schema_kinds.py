"""Which of our formats a class of schema.org is, and which kind within it."""

from collections.abc import Iterable, Mapping
from typing import Final

_RESOURCES: Final[Mapping[str, str]] = {
    "Dataset": "dataset", "DataCatalog": "database", "LearningResource": "", "Course": "e-learning", "CreativeWork": "",
    "Report": "report", "ScholarlyArticle": "journal-article", "MedicalScholarlyArticle": "journal-article",
    "Article": "", "TechArticle": "guide", "Book": "book", "Chapter": "book", "SoftwareApplication": "software",
    "SoftwareSourceCode": "software", "WebApplication": "software", "MobileApplication": "software",
    "VideoObject": "video", "Clip": "video", "AudioObject": "audio", "PodcastEpisode": "audio", "Map": "map",
    "Atlas": "map", "Legislation": "legislation", "HowTo": "guide", "Guide": "guide", "Thesis": "report",
    "NewsArticle": "newsletter", "BlogPosting": "newsletter", "DigitalDocument": "", "PresentationDigitalDocument": "",
    "TextDigitalDocument": "", "SpreadsheetDigitalDocument": "dataset", "Manuscript": "", "PublicationVolume": "",
    "PublicationIssue": "", "Collection": "", "DefinedTermSet": "database", "Syllabus": "training-material",
}  # fmt: skip
_EVENTS: Final[Mapping[str, str]] = {
    "Event": "", "CourseInstance": "training-event", "EducationEvent": "training-event", "BusinessEvent": "",
    "ConferenceEvent": "conference", "ExhibitionEvent": "fair", "Festival": "fair", "Hackathon": "competition",
    "SocialEvent": "", "EventSeries": "",
}  # fmt: skip
_BODIES: Final[Mapping[str, str]] = {
    "Organization": "", "ResearchOrganization": "research-institute", "GovernmentOrganization": "government",
    "NGO": "ngo", "EducationalOrganization": "", "CollegeOrUniversity": "university", "School": "training-centre",
    "Corporation": "company", "OnlineBusiness": "company", "Museum": "museum", "Consortium": "network",
    "FundingAgency": "", "Library": "", "LibrarySystem": "", "NewsMediaOrganization": "media", "Zoo": "botanic-garden",
    "Aquarium": "botanic-garden", "GovernmentOffice": "government", "ResearchInstitute": "research-institute",
    "Cooperative": "cooperative",
}  # fmt: skip
_PROGRAMMES: Final[Mapping[str, str]] = {"Project": "", "ResearchProject": "", "FundingScheme": "", "AgencyProgram": ""}
_FORMATS: Final[Mapping[str, Mapping[str, str]]] = {
    "event": _EVENTS, "programme": _PROGRAMMES, "resource": _RESOURCES, "organisation": _BODIES,
}  # fmt: skip
"""In this order: whoever names several classes means the most special of them. People are never read by themselves:
what a site tells of a person is personal data, and nobody asked them."""


def format_of(types: Iterable[str]) -> tuple[str, list[str]]:
    """(our format, the kinds within it); empty when it is none of what this node keeps."""
    named = list(types)
    if "Person" in named:
        return "", []
    for format_name, classes in _FORMATS.items():
        if any(one in classes for one in named):
            return format_name, list(dict.fromkeys(kind for one in named if (kind := classes.get(one))))
    return "", []
