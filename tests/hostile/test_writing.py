"""Forms that mean harm: whatever is sent, the node answers, keeps what was typed, and nothing of it acts."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from landbridge.formats import tidy
from landbridge.formats.fields import RichText, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.copies import begin, finish
from landbridge.registry.models import Record, WorkingCopy
from landbridge.registry.workflow import Verb
from tests.cast import Cast, assemble
from tests.hostile.test_records import PAYLOADS, _answers, harmless

NAMES = sorted({name for model in FORMATS.values() for name in model.model_fields})
PATHS = some.one_of(
    some.sampled_from(NAMES),
    some.tuples(some.sampled_from(NAMES), some.sampled_from((
        "en", "ar", "find", "0.name", "0.item.en", "1.record", "0.sha256", "new.alt", "latitude", "amount", "start",
        "999999.name", "-1.name", "x", "0", "relation.a", "year", "blurred", "", "0.unit_cost.amount", "hosts.0.name",
    ))).map(".".join),
    some.sampled_from(("_do", "_was", "_saved", "_writer", "_language", "_section", "_all", "_tongue", "_mine", "_base",
                       "_visibility", "_record", "_format", "_owner", "_original", "kept", "translations.fr")),
    some.text(max_size=20),
)  # fmt: skip
VALUES = some.one_of(
    some.text(max_size=60), some.sampled_from(PAYLOADS),
    some.sampled_from((
        "", "yes", "1e400", "nan", "-0", "٣", "9" * 400, "2026-13-45", "0000-00-00", "FJI", "\x00", "[" * 5000,
        "add:contacts", "remove:contacts:0", "up:related:99999", "go:where", "language:ar", "language:<x>",
        "find:places", "add:" + "x" * 300, "finish", "preview", "{\"title.en\": 5}", "[1]", "upload:files",
    )),
)  # fmt: skip
FORMS = some.dictionaries(PATHS, some.lists(VALUES, min_size=1, max_size=3), max_size=12)


@pytest.mark.usefixtures("searchable")
class TestForms(TestCase):
    """Any form that can be sent."""

    def a_copy(self, format: str) -> WorkingCopy:
        """Each example begins with an empty database."""
        cast = assemble()
        self.client = Client(headers={"host": "localhost", "accept-language": "en"})
        self.client.force_login(cast.losa.account)
        return begin(actor=cast.losa.actor, format=format, language="en", owner="FJI", answers={}, title="")

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(format=some.sampled_from(sorted(FORMATS)), form=FORMS)
    def test_any_form_is_answered(self, format: str, form: dict[str, list[str]]) -> None:
        copy = self.a_copy(format)
        for path in ("", "/autosave", "/finish", "/choose", "/merge"):
            answer = self.client.post(f"/write/{copy.id}{path}", form)
            assert answer.status_code < 500, (path, form)
        assert self.client.post("/write/undo", form).status_code < 500
        if WorkingCopy.objects.filter(pk=copy.id).exists():
            for path in ("?all=1&check=1", "?all=1&language=ar", "/preview", "/finish"):
                assert self.client.get(f"/write/{copy.id}{path}").status_code == 200, form

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=some.text(min_size=1, max_size=200))
    def test_what_was_typed_comes_back(self, text: str) -> None:
        copy = self.a_copy("need")
        typed = {
            "title.en": text,
            "urgency": text,
            "beneficiary_count": text,
            "point.latitude": text,
            "endorsement": text,
        }
        self.client.post(f"/write/{copy.id}", typed)
        copy.refresh_from_db()
        plain = tidy.printable(text)
        assert copy.answers.get("title", {}).get("en", "") == plain
        assert copy.answers.get("endorsement", "") == plain
        page = self.client.get(f"/write/{copy.id}?all=1")
        assert page.status_code == 200
        again = {"title.en": plain}
        self.client.post(f"/write/{copy.id}", again)
        copy.refresh_from_db()
        assert copy.answers.get("title", {}).get("en", "") == plain

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(words=some.text(max_size=60))
    def test_any_words_are_looked_up(self, words: str) -> None:
        copy = self.a_copy("need")
        for path in ("terms/countries,regions", "terms/topics,actions,threats,species", "records", "parties"):
            assert self.client.get(f"/write/{path}", {"q": words, "format": words}).status_code == 200
        assert self.client.get(f"/write/{copy.id}/alike", {"title": words}).status_code == 200
        assert self.client.get(f"/write/terms/{words or 'x'}").status_code in (200, 404)


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def losa(cast: Cast, visited: None) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False)
    client.force_login(cast.losa.account)
    return client


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_acts_in_any_text_of_any_language(losa: Client, cast: Cast, format: str) -> None:
    """Typed by hand into every text field, in six languages; then on the form, the preview and the published page."""
    model = FORMATS[format]
    pages = ("?all=1", "?all=1&language=ar", "?all=1&check=1", "/finish", "/preview")
    for number, payload in enumerate(PAYLOADS):
        copy = begin(actor=cast.losa.actor, format=format, language="en", owner="FJI", answers={}, title="")
        typed = {f"{name}.{tag}": f"Reef {payload}" for name, question in questions(model).items()
                 if isinstance(question, Text) for tag in LANGUAGES}  # fmt: skip
        lines = {name: payload for name, question in questions(model).items() if not isinstance(question, Text)}
        losa.post(f"/write/{copy.id}", typed | lines)
        for path in (pages[number % 2], pages[2 + number % 3]):
            answer = losa.get(f"/write/{copy.id}{path}")
            assert answer.status_code == 200
            harmless(answer.content.decode(), f"{format} {path} {payload}")


def test_a_typed_attack_is_harmless_once_it_is_published(losa: Client, cast: Cast) -> None:
    for format, model in FORMATS.items():
        for payload in PAYLOADS[:5]:
            answers = {name: answer for name, answer in _answers(model, payload).items()
                       if isinstance(questions(model)[name], Text)}  # fmt: skip
            short = {name: {tag: text[:40] for tag, text in texts.items()} for name, texts in answers.items()
                     if not isinstance(questions(model)[name], RichText)}  # fmt: skip
            told = short | ({"consent_to_list": True} if format == "expert" else {})
            copy = begin(actor=cast.losa.actor, format=format, language="en", owner="FJI", answers=told, title="")
            record = finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH)
            harmless(losa.get(f"/records/{record.id}").content.decode(), f"{format} {payload}")


def test_a_form_of_many_fields_is_refused_politely(losa: Client, cast: Cast) -> None:
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers={}, title="")
    assert losa.post(f"/write/{copy.id}", {f"x{number}": "1" for number in range(2_500)}).status_code == 400
    assert losa.post(f"/write/{copy.id}", {"title.en": "x" * 3_000_000}).status_code == 400
    assert not Record.objects.filter(author=cast.losa.account).exists()


def test_a_held_form_shows_no_passwords_and_goes_nowhere_else(cast: Cast, visited: None) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    sent = {"password": "hunter2", "login": "x", "_format": "need", "title.en": "Typed"}
    for path in ("/account/login/", "/write/" + "a" * 32, "/write/new/need"):
        answer = strict.post(path, sent, headers={"origin": "http://localhost"})
        assert answer.status_code == 403
        assert "hunter2" not in answer.content.decode()
        harmless(answer.content.decode(), path)


def anybody_else(cast: Cast) -> list[Any]:
    return [cast.henri, cast.priya, cast.malia, cast.sven]


def test_nobody_finds_another_persons_draft(cast: Cast, visited: None) -> None:
    copy = begin(
        actor=cast.losa.actor, format="need", language="en", owner="FJI", title="Zanzibarite",
        answers={"title": {"en": "Zanzibarite"}},
    )  # fmt: skip
    for person in anybody_else(cast):
        client = Client(headers={"host": "localhost"})
        client.force_login(person.account)
        for path in ("/write", f"/write/{copy.id}", f"/write/{copy.id}/preview", "/write/records?q=Zanzibarite",
                     f"/write/{copy.id}/finish", f"/write/{copy.id}/alike?title=x"):  # fmt: skip
            assert "Zanzibarite" not in client.get(path).content.decode()
