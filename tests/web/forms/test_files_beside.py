"""What is typed beside a file is kept, whatever becomes of the file."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from landbridge.registry.models import Record, WorkingCopy
from tests.web.forms.samples import controls
from tests.web.reading import read_page, words

WORDS = {"files.new.alt": "Map of the three bays", "files.new.caption": "Drawn in 2026"}
PLAN = {"title.en": "Reef", "summary.en": "Counting fish.", "objective.en": "Counts", "support_types": ["", "training"],
        "places": ["FJI"], "targets": ["", "target-02"], "urgency": "urgent"}  # fmt: skip


@pytest.fixture
def bring(losa: Client, start: Any) -> Any:
    """Open the form of a need with all its questions, and press "Bring it in" with a file and words beside it."""
    address = start(losa)

    def press(content: bytes | None, name: str = "bays.txt", do: str = "upload:files", **typed: Any) -> Any:
        sent: dict[str, Any] = controls(read_page(losa.get(f"{address}?all=1"))) | typed | {"_do": do}
        if content is not None:
            sent["files.new"] = SimpleUploadedFile(name, content)
        return read_page(losa.post(address, sent, follow=True))

    return press


def beside(page: Any) -> dict[str, str]:
    return {name: page.xpath(f"//input[@name='{name}']/@value")[0] for name in WORDS}


@pytest.mark.parametrize(("content", "name"), [(b"MZ\x90", "bays.exe"), (b"", "bays.txt"), (None, "")])
def test_words_beside_a_file_that_is_not_taken_come_back(bring: Any, content: bytes | None, name: str) -> None:
    page = bring(content, name, **WORDS)
    assert beside(page) == WORDS
    assert not page.xpath("//input[@name='files.0.sha256']")
    assert beside(bring(None, do="save", **{"title.en": "Reef"})) == WORDS, "saving something else keeps them as well"


def test_they_go_with_the_file_once_it_is_taken(bring: Any) -> None:
    bring(b"MZ\x90", "bays.exe", **WORDS)
    page = bring(b"Three bays\n", **{"files.new.caption": "Another caption"})
    (file,) = WorkingCopy.objects.get().answers["files"]
    assert (file["name"], file["alt"], file["caption"]) == ("bays.txt", "Map of the three bays", "Another caption")
    assert set(beside(page).values()) == {""}, "the place for another file is empty again"
    page = bring(b"MZ\x90", "more.exe", **{"files.new.alt": "A second one"})
    assert beside(page)["files.new.alt"] == "A second one"
    assert page.xpath("//input[@name='files.0.alt']/@value") == ["Map of the three bays"]
    assert len(page.xpath("//input[@name='files.0.sha256']")) == 1 and not page.xpath("//input[@name='files.1.alt']")


def test_it_is_asked_for_the_file_before_it_is_published(losa: Client, bring: Any) -> None:
    """The words are no answer, and nothing that was typed goes without being asked about."""
    bring(None, **PLAN, **WORDS)
    copy = WorkingCopy.objects.get()
    answer = losa.post(f"/write/{copy.pk}/finish", {"_do": "publish", "_visibility": "public"})
    (link,) = read_page(answer, 422).xpath("//section[@id='errors']//a")
    assert "Choose the file that this text belongs to" in link.text_content()
    where, _, anchor = link.get("href").partition("#")
    page = read_page(losa.get(where))
    (control,) = page.xpath(f"//*[@id='{anchor}']")
    assert (control.get("type"), control.get("name")) == ("file", "files.new")
    assert "Choose the file that this text belongs to" in words(page)
    bring(None, do="save", **dict.fromkeys(WORDS, ""))
    losa.post(f"/write/{copy.pk}/finish", {"_do": "publish", "_visibility": "public"})
    assert Record.objects.get().state == "published"


def test_a_preview_has_the_other_files(losa: Client, bring: Any) -> None:
    bring(b"Three bays\n", **PLAN, **WORDS)
    bring(None, do="save", **{"files.new.alt": "One more"})
    copy = WorkingCopy.objects.get()
    assert len(copy.answers["files"]) == 2
    page = read_page(losa.get(f"/write/{copy.pk}/preview"))
    assert "Drawn in 2026" in words(page) and "One more" not in words(page)
