"""The language of a text in Latin script: the mapped model answers as the whole one does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from landbridge.search import identify, language_model
from landbridge.search.understand import detect

TEXTS = {
    "We need a cheap way to count fish in rivers of the lowlands": "en",
    "Necesitamos una manera barata de contar los peces de nuestros ríos": "es",
    "Il nous faut un moyen peu coûteux de compter les poissons de nos rivières": "fr",
    "Training of trainers for the restoration of degraded land": "en",
    "Formación de formadores para la restauración de tierras degradadas": "es",
    "Formation de formateurs pour la restauration des terres dégradées": "fr",
}


@pytest.mark.parametrize(("text", "language"), TEXTS.items())
def test_the_three_are_told_apart(text: str, language: str) -> None:
    assert identify.latin_language(text) == language
    assert detect(text) == language


def test_the_mapped_model_says_what_the_library_says(tmp_path: Path) -> None:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    whole.set_languages(["en", "es", "fr"])
    language_model.write(tmp_path / "model", ["en", "es", "fr"])
    mapped = identify.Model.read(tmp_path / "model")
    for text in [*TEXTS, "monitoring", "agua", "eau potable", "EAU POTABLE", "a\u0301rbol", "\ud800", " ".join(TEXTS)]:
        expected, score = whole.classify(text)
        found, likelihood = mapped.classify(text)
        assert found == expected
        assert likelihood == pytest.approx(score, rel=1e-3)
    for text in ("12 %", ""):
        assert mapped.classify(text)[0] == whole.classify(text)[0]


def test_telling_languages_apart_does_not_bring_numpy() -> None:
    code = "import django; django.setup(); from landbridge.search.identify import latin_language as ask; import sys; "
    code += "ask('one two'); sys.exit('numpy' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "landbridge.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [("manglares", "en", "es"), ("mangrove", "fr", "fr"), ("mangrove", "en", "en"), ("palétuviers", "en", "fr")],
)
def test_one_word_is_read_in_the_language_that_knows_it(text: str, hint: str, language: str) -> None:
    assert detect(text, hint) == language
