"""The common formats, one file each. Adding one means adding its file here and its name to this list."""

from collections.abc import Mapping
from typing import Final

from landbridge.formats.format import CommonFormat
from landbridge.formats.library.annotation import Annotation
from landbridge.formats.library.case_study import CaseStudy
from landbridge.formats.library.clearing_house import ClearingHouse
from landbridge.formats.library.event import Event
from landbridge.formats.library.expert import Expert
from landbridge.formats.library.focal_point import FocalPoint
from landbridge.formats.library.measure import Measure
from landbridge.formats.library.need import Need
from landbridge.formats.library.offer import Offer
from landbridge.formats.library.organisation import Organisation
from landbridge.formats.library.programme import Programme
from landbridge.formats.library.resource import Resource
from landbridge.formats.library.technology import Technology

FORMATS: Final[Mapping[str, type[CommonFormat]]] = {
    model.name: model
    for model in (
        Technology, Need, Offer, Organisation, Expert, Programme, CaseStudy, Measure, Resource, Event,
        FocalPoint, ClearingHouse, Annotation,
    )
}  # fmt: skip
"""Format name to its class, in the order in which formats are listed."""
