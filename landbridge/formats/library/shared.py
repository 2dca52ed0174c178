"""Questions that several formats ask in the same words."""

from typing import Annotated

from pydantic import BaseModel

from landbridge.formats.fields import (
    Answer,
    Line,
    Money,
    MoneyAnswer,
    Number,
    Quantity,
    QuantityAnswer,
    Terms,
    Text,
    Texts,
)


class CostLine(Answer):
    """One item of cost: what, how much of it, what a unit costs."""

    item: Annotated[Texts, Text(label="Item", max_length=300)]
    phase: Annotated[
        str | None, Line(label="Establishment or operation", pattern="establishment|operation",
                         remedy="Write establishment or operation.")
    ] = None  # fmt: skip
    quantity: Annotated[float | None, Number(label="Quantity", least=0)] = None
    unit: Annotated[str | None, Line(label="Unit", max_length=40)] = None
    unit_cost: Annotated[MoneyAnswer | None, Money(label="Cost of a unit")] = None
    borne_by_users: Annotated[float | None, Number(label="Per cent borne by the users", least=0, most=100)] = None


class CapacityNeeded(BaseModel):
    """What a technology takes to run. The levels are those that a need states as available."""

    power_needed: Annotated[
        str | None, Terms(label="Power needed", vocabularies=("capacity_levels",), many=False, section="fit",
                          role="power")
    ] = None  # fmt: skip
    water_needed: Annotated[
        str | None, Terms(label="Water needed", vocabularies=("capacity_levels",), many=False, section="fit",
                          role="water")
    ] = None  # fmt: skip
    skills_needed: Annotated[
        str | None, Terms(label="Skills needed", vocabularies=("capacity_levels",), many=False, section="fit",
                          role="skills")
    ] = None  # fmt: skip
    connectivity_needed: Annotated[
        str | None, Terms(label="Connectivity needed", vocabularies=("capacity_levels",), many=False, section="fit",
                          role="connectivity")
    ] = None  # fmt: skip
    requirements: Annotated[
        Texts | None, Text(label="Further requirements", help="Climate, soil, slope, staff, permits, supplies.",
                           lines=3, max_length=5000, section="fit", role="body")
    ] = None  # fmt: skip
    least_scale: Annotated[QuantityAnswer | None, Quantity(label="Smallest sensible scale", section="fit")] = None
    largest_scale: Annotated[QuantityAnswer | None, Quantity(label="Largest scale so far", section="fit")] = None


class CapacityAvailable(BaseModel):
    """What the place of a need has today, in the same levels as a technology states what it takes."""

    power_available: Annotated[
        str | None, Terms(label="Power available", vocabularies=("capacity_levels",), many=False, section="capacity",
                          role="power")
    ] = None  # fmt: skip
    water_available: Annotated[
        str | None, Terms(label="Water available", vocabularies=("capacity_levels",), many=False, section="capacity",
                          role="water")
    ] = None  # fmt: skip
    skills_available: Annotated[
        str | None, Terms(label="Skills available", vocabularies=("capacity_levels",), many=False,
                          section="capacity", role="skills")
    ] = None  # fmt: skip
    connectivity_available: Annotated[
        str | None, Terms(label="Connectivity available", vocabularies=("capacity_levels",), many=False,
                          section="capacity", role="connectivity")
    ] = None  # fmt: skip
    staff: Annotated[
        Texts | None, Text(label="Staff and institutions", lines=3, max_length=3000, section="capacity", role="body")
    ] = None  # fmt: skip
    maintenance_budget: Annotated[
        MoneyAnswer | None, Money(label="Yearly budget for running it", section="capacity")
    ] = None
