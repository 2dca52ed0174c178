"""Import anybody's vocabulary: a SKOS thesaurus, or a wordnet in OMW tab or WN-LMF form.

What is imported becomes one file in the data folder, in the form of our own vocabularies; its concepts are joined
with those that are there (see `concepts`) and used at once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from landbridge.formats.vocabulary import COLUMNS, names, read
from landbridge.lib.languages import LANGUAGES, primary
from landbridge.search.concepts import forget
from landbridge.search.label_cache import load_network
from landbridge.search.network import imported_folder

LARGEST: Final = 1_000_000_000
"""Bytes; a larger file is no vocabulary."""
_MOST_LABELS: Final = 24
_NAME: Final = r"[a-z0-9][a-z0-9_-]{0,60}"
_LONGEST: Final = 120
_ISO_639_3: Final = {
    "arb": "ar",
    "ara": "ar",
    "eng": "en",
    "spa": "es",
    "fra": "fr",
    "rus": "ru",
    "cmn": "zh",
    "zho": "zh",
}
_ARABIC_VOWELS: Final = re.compile("[\u064b-\u065f\u0670]")
_RDF_FORMATS: Final = {
    ".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".owl": "xml", ".nt": "nt", ".n3": "n3", ".jsonld": "json-ld",
    ".json": "json-ld",
}  # fmt: skip


class ImportProblem(ValueError):
    """A file that cannot be read as a vocabulary; the message names the place and the remedy."""


@dataclass
class Entry:
    """One concept on its way in."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    broader: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    uri: str = ""

    def add(self, language: str, label: str) -> None:
        """Add a label in one of the six languages; others are passed over."""
        label = " ".join(_ARABIC_VOWELS.sub("", label).replace("|", " ").replace("_", " ").split())
        kept = self.labels.setdefault(language, [])
        if label and len(label) <= _LONGEST and len(kept) < _MOST_LABELS and label not in kept:
            kept.append(label)


@dataclass(frozen=True)
class ImportReport:
    """What came of an import."""

    name: str
    concepts: int
    labels: dict[str, int]
    joined: int
    """How many concepts were joined with one that was there."""
    skipped: int
    """Concepts without a label in any of the six languages."""


Progress = Callable[[str], None]


def import_file(path: Path, name: str | None = None, progress: Progress = lambda message: None) -> ImportReport:
    """Import a file under a name (its own by default; wordnets are gathered under `wordnet`).

    Importing under a name that is there adds to it, so that the parts of a wordnet come one by one.

    Raises:
        ImportProblem: it is no vocabulary that can be read.
    """
    if not path.is_file():
        raise ImportProblem(f"{path}: there is no such file")
    if path.stat().st_size > LARGEST:
        raise ImportProblem(f"{path}: larger than {LARGEST} bytes; split it")
    kind = _kind(path)
    name = name or ("wordnet" if kind != "skos" else re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-"))
    if name in names() or name == "lexicon" or not re.fullmatch(_NAME, name):
        raise ImportProblem(f"{name!r} cannot be the name of an imported vocabulary; give another with --name")
    progress(f"Reading {path.name}")
    entries = _existing(name)
    before = len(entries)
    skipped = {"tab": _read_tab, "lmf": _read_lmf, "skos": _read_skos}[kind](path, entries)
    if len(entries) == before and not any(entry.labels for entry in entries.values()):
        raise ImportProblem(f"{path}: no concept with a label in ar, en, es, fr, ru or zh was found")
    _write(name, entries)
    progress("Joining with what is there")
    forget()
    network = load_network()
    own = f"{name}:"
    joined = sum(1 for other in network.canonical if other.startswith(own))
    counts = {tag: sum(len(entry.labels.get(tag, ())) for entry in entries.values()) for tag in LANGUAGES}
    return ImportReport(name, len(entries), counts, joined, skipped)


def remove(name: str) -> bool:
    """Take an imported vocabulary out: whether it was there."""
    if not re.fullmatch(_NAME, name):
        return False
    path = imported_folder() / f"{name}.tsv"
    found = path.is_file()
    path.unlink(missing_ok=True)
    forget()
    return found


def _kind(path: Path) -> str:
    if path.suffix == ".tab":
        return "tab"
    if path.suffix in (".xml", ".lmf"):
        with path.open("rb") as file:
            if b"LexicalResource" in file.read(4000):
                return "lmf"
    if path.suffix in _RDF_FORMATS:
        return "skos"
    raise ImportProblem(f"{path}: expected SKOS ({', '.join(_RDF_FORMATS)}), a WN-LMF .xml or an OMW .tab file")


def _existing(name: str) -> dict[str, Entry]:
    path = imported_folder() / f"{name}.tsv"
    if not path.is_file():
        return {}
    entries = {}
    for term in read(path):
        entry = Entry(uri=term.extra.get("uri", ""), broader=[key.split(":", 1)[1] for key in term.broader])
        entry.labels = {tag: list(labels) for tag, labels in term.labels.items()}
        entry.related = [key.split(":", 1)[1] for key in term.related]
        entries[term.id] = entry
    return entries


def _read_tab(path: Path, entries: dict[str, Entry]) -> int:
    """OMW: synset, language:lemma, lemma. Glosses, roots and plurals stand under other names."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(cells) < 3:
                continue
            tag, _, what = cells[1].partition(":")
            language = _ISO_639_3.get(tag)
            if what not in ("lemma", "lemma:brokenplural") or language is None:
                continue
            if not re.fullmatch(r"[0-9]{8}-[a-z]", cells[0]):
                raise ImportProblem(f"{path.name}, line {number}: {cells[0][:20]!r} is no synset")
            entries.setdefault(cells[0], Entry()).add(language, cells[2])
    return 0


def _parser_events(path: Path) -> Iterator[Any]:
    """Elements of an XML file one after another, with entities, network and DTDs off."""
    options = {"events": ("end",), "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        for _, element in etree.iterparse(str(path), **options):
            yield element
    except etree.XMLSyntaxError as error:
        raise ImportProblem(f"{path.name}: {error}") from None


def _read_lmf(path: Path, entries: dict[str, Entry]) -> int:
    """WN-LMF: lexical entries with senses that name synsets; `ili` joins the synsets of several wordnets."""
    senses: list[tuple[str, str]] = []
    tag, lemma, ili = "", "", {}
    waiting: list[tuple[str, str, str]] = []
    for element in _parser_events(path):
        kind = etree.QName(element).localname
        if kind == "Lemma":
            lemma = element.get("writtenForm", "")
        elif kind == "Sense":
            senses.append((lemma, element.get("synset", "")))
        elif kind == "LexicalEntry":
            tag = tag or _language_of(element)
            waiting.extend((element_lemma or lemma, synset, tag) for element_lemma, synset in senses)
            senses, lemma = [], ""
            element.clear()
        elif kind == "Synset":
            ili[element.get("id", "")] = element.get("ili") or element.get("id", "")
            element.clear()
        elif kind == "Lexicon":
            tag = ""
    for written, synset, language in waiting:
        if language in LANGUAGES and synset:
            identifier = re.sub(r"[^A-Za-z0-9.-]", "-", ili.get(synset, synset)).strip("-.") or "synset"
            entries.setdefault(identifier, Entry()).add(language, written)
    return 0


def _language_of(element: Any) -> str:
    for above in element.iterancestors():
        if etree.QName(above).localname == "Lexicon":
            language = str(above.get("language", "")).lower()
            return _ISO_639_3.get(language, primary(language) if language else "")
    return ""


def _read_skos(path: Path, entries: dict[str, Entry]) -> int:
    """SKOS in any RDF form. A concept is what has a preferred label, whatever class it says it is of."""
    import rdflib  # a second to load: only an import needs it
    from rdflib.namespace import SKOS

    if path.suffix in (".rdf", ".xml", ".owl"):
        _refuse_entities(path)
    graph = rdflib.Graph()
    try:
        graph.parse(str(path), format=_RDF_FORMATS[path.suffix])
    except Exception as error:  # noqa: BLE001 - rdflib's parsers raise whatever their grammar tools raise
        raise ImportProblem(f"{path.name} is not valid {_RDF_FORMATS[path.suffix]}: {str(error)[:300]}") from None
    identifiers: dict[Any, str] = {}
    taken: set[str] = set()
    for subject in sorted(set(graph.subjects(SKOS.prefLabel, None)), key=str):
        if (subject, rdflib.RDF.type, SKOS.ConceptScheme) not in graph:
            identifiers[subject] = _identifier(str(subject), taken)
    skipped = 0
    for subject, identifier in identifiers.items():
        entry = Entry(uri=str(subject) if str(subject).startswith("http") else "")
        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for label in sorted(graph.objects(subject, predicate), key=str):
                tag = primary(getattr(label, "language", None) or "")
                if tag in LANGUAGES:
                    entry.add(tag, str(label))
        entry.broader = _named(graph, subject, SKOS.broader, SKOS.narrower, identifiers)
        entry.related = _named(graph, subject, SKOS.related, SKOS.related, identifiers)
        if any(entry.labels.values()):
            entries[identifier] = entry
        else:
            skipped += 1
    return skipped


def _refuse_entities(path: Path) -> None:
    """Refuse entities, which can unpack to any size; in UTF-16 they could not be seen, so that is refused as well."""
    end = b""
    with path.open("rb") as file:
        while piece := file.read(1_000_000):
            if b"\0" in piece:
                raise ImportProblem(f"{path.name} is not in UTF-8; save it as UTF-8 and try again")
            if b"<!ENTITY" in end + piece:
                raise ImportProblem(f"{path.name} declares XML entities; write the addresses out and try again")
            end = piece[-16:]


def _identifier(uri: str, taken: set[str]) -> str:
    """The last part of an address; numbered when another concept ends alike."""
    end = re.sub(r"[^A-Za-z0-9.-]", "-", re.split(r"[/#:]", uri.rstrip("/#"))[-1]).strip("-.") or "concept"
    identifier, number = end, 2
    while identifier in taken:
        identifier, number = f"{end}-{number}", number + 1
    taken.add(identifier)
    return identifier


def _named(graph: Any, subject: Any, forward: Any, backward: Any, identifiers: dict[Any, str]) -> list[str]:
    others = [*graph.objects(subject, forward), *graph.subjects(backward, subject)]
    return sorted({identifiers[other] for other in others if other in identifiers and other != subject})


def _write(name: str, entries: dict[str, Entry]) -> None:
    folder = imported_folder()
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.partial"
    with partial.open("w", encoding="utf-8") as file:
        file.write(f"# vocabulary: {name}\n# version: 1\n# about: Imported by the operator of this node.\n")
        file.write("\t".join((*COLUMNS, "uri")) + "\n")
        for identifier, entry in entries.items():
            known = [other for other in entry.broader if other in entries]
            near = [other for other in entry.related if other in entries]
            labels = ["|".join(entry.labels.get(tag, ())).replace("\t", " ") for tag in LANGUAGES]
            row = [identifier, " ".join(known), " ".join(near), "", *labels, entry.uri]
            file.write("\t".join(row) + "\n")
    partial.replace(folder / f"{name}.tsv")
