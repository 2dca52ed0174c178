"""Vocabularies of others: read, joined, used at once; hostile ones are refused with the place."""

from pathlib import Path
from typing import Any

import pytest

from landbridge.search import concepts
from landbridge.search.lexicons import ImportProblem, import_file, remove
from tests.support import shared


@pytest.fixture
def data_folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    concepts.forget()
    yield tmp_path
    concepts.forget()


TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <http://example.org/> .
x:scheme a skos:ConceptScheme ; skos:prefLabel "Scheme"@en .
x:quoll a skos:Concept ; skos:prefLabel "quoll"@en, "кволл"@ru ; skos:altLabel "native cat"@en ; skos:broader x:cat .
x:cat skos:prefLabel "marsupial cat"@en .
x:none a skos:Concept ; skos:prefLabel "nichts"@de .
"""


@pytest.mark.requirement("IAC-C.4")
def test_a_skos_thesaurus_is_used_at_once(data_folder: Path) -> None:
    path = data_folder / "marsupials.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    assert concepts.annotator().counts("a quoll", "en") == {}
    report = import_file(path)
    assert (report.name, report.concepts, report.skipped) == ("marsupials", 2, 1)
    key = "marsupials:quoll"
    assert key in concepts.annotator().counts("the native cat", "en")
    assert key in concepts.annotator().counts("редкий кволл", "ru")
    assert concepts.annotator().network.above(key) == ("marsupials:cat",)
    assert remove("marsupials")
    assert concepts.annotator().counts("a quoll", "en") == {}


def test_the_parts_of_a_wordnet_are_joined_by_synset(data_folder: Path) -> None:
    for name, lines in {
        "en.tab": "# head\n01234567-n\teng:lemma\tquoll\n",
        "ru.tab": "01234567-n\trus:lemma\tкволл\n01234567-n\trus:def 0\tзверь\n",
    }.items():
        path = data_folder / name
        path.write_text(lines, encoding="utf-8")
        import_file(path)
    found = concepts.annotator()
    assert found.counts("quoll", "en") == found.counts("кволл", "ru") == {"wordnet:01234567-n": 1}
    assert found.counts("зверь и кволл", "ru").keys() >= {"wordnet:01234567-n"}


LMF = """<?xml version="1.0"?>
<LexicalResource><Lexicon id="a" language="en">
<LexicalEntry id="e1"><Lemma writtenForm="quoll" partOfSpeech="n"/><Sense id="s1" synset="en-1"/></LexicalEntry>
<Synset id="en-1" ili="i777" partOfSpeech="n"/></Lexicon>
<Lexicon id="b" language="es">
<LexicalEntry id="e2"><Lemma writtenForm="cuol" partOfSpeech="n"/><Sense id="s2" synset="es-1"/></LexicalEntry>
<Synset id="es-1" ili="i777" partOfSpeech="n"/></Lexicon></LexicalResource>
"""


def test_a_wordnet_in_lmf_is_joined_by_its_interlingual_index(data_folder: Path) -> None:
    path = data_folder / "wn.xml"
    path.write_text(LMF, encoding="utf-8")
    import_file(path)
    found = concepts.annotator()
    assert found.counts("quoll", "en") == found.counts("cuol", "es") == {"wordnet:i777": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("broken.ttl", "@prefix : <", "not valid turtle"),
        ("empty.ttl", "@prefix x: <http://x/> .", "no concept with a label"),
        ("bomb.rdf", '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaa">]><rdf/>', "declares XML entities"),
        ("broken.xml", "<LexicalResource><Lexicon", "broken.xml"),
        ("bad.tab", "nonsense\teng:lemma\tx\n", "line 1"),
        ("themes.ttl", TURTLE, "cannot be the name"),
        ("picture.png", "x", "expected SKOS"),
    ],
)
def test_what_is_no_vocabulary_is_refused_with_the_reason(
    data_folder: Path, name: str, content: str, message: str
) -> None:
    path = data_folder / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ImportProblem, match=message):
        import_file(path)
    assert list((data_folder / "vocabularies").glob("*.tsv")) == []


def test_the_unesco_thesaurus_is_imported_and_joined(data_folder: Path) -> None:
    report = import_file(shared("unesco-thesaurus", "unesco-thesaurus.ttl"))
    assert report.concepts >= 4400
    assert report.joined >= 300
    assert min(report.labels[tag] for tag in ("ar", "en", "es", "fr", "ru")) > 4000
