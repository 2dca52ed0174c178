"""Somebody who has only the folder: every page is reached by plain links, every link leads to a file that is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
import pytest
from django.conf import settings
from lxml import html

from landbridge.exchange.bundles.contents import asked
from landbridge.formats.validate import validate
from landbridge.lib.languages import LANGUAGES, direction
from landbridge.registry.actions import NODE, draft, publish, receive_many
from landbridge.registry.models import StoredFile
from landbridge.registry.receiving import Arrival
from landbridge.registry.workflow import Workflow
from landbridge.web import bundling
from landbridge.web.offline.names import record_page, slug
from tests.exchange.bundles.elsewhere import THERE, become, say

SAMPLE = Path(__file__).parents[3] / "landbridge" / "sample"
SHOWN = ("en", "ar")
PDF = "b" * 64


def sample(most: int) -> Iterator[Arrival]:
    """Some records of each format of the sample network."""
    for path in sorted(SAMPLE.glob("*.jsonl")):
        for line in path.read_bytes().splitlines()[:most]:
            one = orjson.loads(line)
            yield Arrival(one["id"], one["format"], validate(one["format"], one["data"], one["language"]),
                          one["language"])  # fmt: skip


@pytest.fixture(scope="module")
def folder(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The pages in three languages, made once."""
    from django.db import transaction

    target = tmp_path_factory.mktemp("stick") / "pages-of-node"
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        become(THERE, patch, tmp_path_factory.mktemp("node"))
        patch.setattr(bundling, "_form", lambda *named: b"a form")
        hostile = {"title": {"en": "<script>alert(7)</script>", "sw": "Ukuta"}, "summary": {"en": "{% x %} & <b>"},
                   "description": {"en": '<p><a href="/records/secret">x</a> <a href="https://example.org/">y</a></p>'},
                   "places": ["FJI"], "related": [{"record": "nowhere"}, {"record": "CON"}],
                   "files": [{"name": "a.pdf", "media_type": "application/pdf", "size": 5, "sha256": PDF}]}  # fmt: skip
        arrivals = [*sample(5), Arrival("CON", "technology", validate("technology", hostile, "en"))]
        assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused
        hidden = {"title": "zyxwombat", "summary": "zyxwombat", "places": ["FJI"]}
        for visibility in ("parties", "private", "network"):
            made = draft(actor=NODE, format="technology", data=hidden, visibility=visibility).pk
            publish(actor=NODE, record_id=made)
        place = Path(settings.MEDIA_ROOT) / PDF[:2] / PDF
        place.parent.mkdir(parents=True)
        place.write_bytes(b"%PDF-")
        StoredFile.objects.create(sha256=PDF, media_type="application/pdf", size=5)
        say()
        count = bundling.write_folder(target, asked({"pages": SHOWN}))
        assert count == len(arrivals)
        transaction.set_rollback(True)
    yield target


pytestmark = [pytest.mark.once, pytest.mark.django_db]


def pages(folder: Path) -> Iterator[tuple[Path, Any]]:
    for path in sorted(folder.rglob("*.html")):
        yield path, html.document_fromstring(path.read_bytes().decode("utf-8"))


def links(path: Path, page: Any) -> Iterator[tuple[str, Path]]:
    for element, name, link, _ in page.iterlinks():
        parts = urlsplit(link)
        if element.tag == "a" and parts.scheme in ("http", "https", "mailto"):
            continue
        assert not parts.scheme and not parts.netloc, (path, name, link)
        assert not link.startswith("/"), (path, link)
        if parts.path:
            yield link, (path.parent / unquote(parts.path)).resolve()


@pytest.mark.requirement("CHM-7")
def test_every_link_leads_to_a_file_and_every_page_is_reached_without_a_program(folder: Path) -> None:
    reached, waiting = set[Path](), [folder / "pages" / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        if path.suffix != ".html":
            continue
        for link, target in links(path, html.document_fromstring(path.read_text("utf-8"))):
            assert target.is_file(), (path, link)
            assert target.is_relative_to(folder.resolve()), link
            waiting.append(target)
    every = {path.resolve() for path in folder.rglob("*") if path.is_file()}
    assert every - {path.resolve() for path in reached} == set()


def test_each_page_says_its_language_and_is_light(folder: Path) -> None:
    seen = 0
    for path, page in pages(folder):
        assert path.stat().st_size < 30_000, (path, path.stat().st_size)
        language = path.relative_to(folder / "pages").parts[0]
        if language in SHOWN:
            assert (page.get("lang"), page.get("dir")) == (language, direction(language))
        assert page.xpath("//h1") and page.xpath("//title") and page.xpath("//main")
        assert not page.xpath("//*[@style] | //*[@onclick] | //style | //script[not(@src)] | //img | //iframe")
        seen += 1
    assert seen > 200


def test_the_original_keeps_its_language_and_nothing_runs(folder: Path) -> None:
    path = folder / "pages" / "ar" / record_page("CON")
    page = html.document_fromstring(path.read_text("utf-8"))
    (title,) = page.xpath("//h1")
    assert (title.text_content(), title.get("lang"), title.get("dir")) == ("<script>alert(7)</script>", "en", "ltr")
    assert page.xpath("//p[@class='lead']")[0].text_content() == "{% x %} & <b>"
    assert not page.xpath("//a[contains(@href, 'secret')]")
    assert page.xpath("//a[@href='https://example.org/']")
    assert page.xpath(f"//a[contains(@href, 'files/{PDF}')]")
    index = (folder / "pages" / "en" / "search-index.js").read_text("utf-8")
    assert len(orjson.loads(index.removeprefix("var RECORDS = ").removesuffix(";\n"))) > 40


def test_what_is_not_public_is_nowhere(folder: Path) -> None:
    assert not [path for path in folder.rglob("*") if path.is_file() and b"zyxwombat" in path.read_bytes()]


def test_names_survive_every_file_system() -> None:
    names = {slug(one) for one in ("a", "A", "con", "é", "a/b", "..", "x" * 100, "a.b", "nul")}
    assert len(names) == 9
    assert all(one.replace("-", "").replace("_", "").isalnum() and one.islower() for one in names)
    assert not {"con", "nul"} & names


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        bundling.write_folder(tmp_path, asked({"pages": LANGUAGES}))
