"""JSON Schema 2020-12 of each format: committed under `docs/schemas/` and served by the API."""

from typing import Any, Final

from landbridge.formats.editions import current
from landbridge.formats.format import CommonFormat, sections
from landbridge.formats.library import FORMATS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[CommonFormat]) -> dict[str, Any]:
    """The schema of a record's `data`, with sections, vocabularies and crosswalks as `x-` annotations."""
    schema = model.model_json_schema(mode="validation")
    return {
        "$schema": DIALECT,
        "$id": f"urn:landbridge:format:{model.name}:{current(model.editions)}",
        **schema,
        "title": model.label,
        "description": model.about,
        "x-format": model.name,
        "x-edition": current(model.editions),
        "x-cbd-schema": model.cbd_schema,
        "x-rdf-class": model.rdf_class,
        "x-sections": {name: list(names) for name, names in sections(model).items()},
    }


def all_schemas() -> dict[str, dict[str, Any]]:
    """Format name to its schema."""
    return {name: json_schema(model) for name, model in FORMATS.items()}
