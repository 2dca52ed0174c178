"""What a bundle tells other programs of itself: RO-Crate 1.2 metadata, with `data/` as the root of the crate."""

from collections.abc import Mapping
from typing import Any, Final

FILE: Final = "ro-crate-metadata.json"
_PARTS: Final = {
    "statements.jsonl": ("File", "Signed statements", "One signed record a line, as its node published it.",
                         "application/jsonl"),
    "work.jsonl": ("File", "Work", "What people did on a node without a line, one item a line.", "application/jsonl"),
    "keys.json": ("File", "Keys", "The signed lists of the keys of every node in the bundle.", "application/json"),
    "files/": ("Dataset", "Files", "Attached files, each under its SHA-256.", ""),
    "pages/": ("Dataset", "Pages", "The records as pages to read without a node. Begin with index.html.", ""),
    "forms/": ("Dataset", "Forms", "Forms to fill in and to send back.", ""),
}  # fmt: skip


def metadata(told: Mapping[str, Any], parts: list[str]) -> dict[str, Any]:
    """The metadata of a bundle.

    Args:
        told: `name`, `description`, `made` (ISO 8601), `node` (its address), `node_name`, `records`, `languages`.
        parts: the names of `_PARTS` that are there.
    """
    entities = [_part(name) for name in parts]
    root = {
        "@id": "./", "@type": "Dataset", "name": told["name"], "description": told["description"],
        "datePublished": told["made"], "license": {"@id": "#licence"}, "publisher": {"@id": told["node"]},
        "inLanguage": list(told["languages"]), "size": f"{told['records']} records",
        "hasPart": [{"@id": one["@id"]} for one in entities],
    }  # fmt: skip
    descriptor = {
        "@id": FILE, "@type": "CreativeWork", "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
        "about": {"@id": "./"},
    }  # fmt: skip
    licence = {
        "@id": "#licence", "@type": "CreativeWork", "name": "The licence of each record",
        "description": "Each record carries its own licence in its answer “licence”.",
    }  # fmt: skip
    publisher = {"@id": told["node"], "@type": "Organization", "name": told["node_name"], "url": told["node"]}
    graph = [descriptor, root, licence, publisher, *entities]
    return {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph}


def _part(name: str) -> dict[str, Any]:
    kind, title, description, media_type = _PARTS[name]
    told = {"@id": name, "@type": kind, "name": title, "description": description}
    return {**told, "encodingFormat": media_type} if media_type else told
