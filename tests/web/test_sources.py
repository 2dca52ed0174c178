"""The pages of sources, as those see them who run them, who look, and everybody else."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.exchange.in_ import doors, schedule, sources_actions
from landbridge.exchange.in_.claims import Busy
from landbridge.exchange.in_.door import Found
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.models import Refusal, Source, SourceItem, SourceRun
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.models import Record
from tests import cast
from tests.exchange.in_.fakes import DOOR, FakeDoor, source, told, whole
from tests.web.reading import body_of, read_page, words
from tests.web.working import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("translations", "fake")]
CSV = "Ref;Titre;Summary;Kind;Pays\nR1;Étangs;Ponds for fish;Faltblatt;Fiji\nR2;Haies;Hedges;Map;Kenya\n".encode()


@pytest.fixture
def fake(settings: LazySettings) -> Iterator[type[FakeDoor]]:
    settings.DOORS = {"fake": DOOR, "table": settings.DOORS["table"]}
    doors.door.cache_clear()
    FakeDoor.script, FakeDoor.asked = [], []
    yield FakeDoor
    doors.door.cache_clear()


@pytest.fixture
def company() -> cast.Company:
    return cast.assemble_all()


def work_off() -> None:
    """What the clock would do."""
    for run in SourceRun.objects.filter(started_at=None, ended_at=None).order_by("pk"):
        schedule.carry_out_now(run.pk)
    for run in SourceRun.objects.filter(undone_by__isnull=False, undone_at=None):
        schedule.carry_out_now(run.pk)


def press(person: Client, place: str, /, **given: Any) -> str:
    """Send a form: where it leads."""
    response = person.post(place, given)
    assert response.status_code == 302, body_of(response)[:2000]
    return str(response.headers["Location"])


def test_a_source_is_added_looked_at_taken_in_and_undone(company: cast.Company) -> None:
    chen = signed_in(company.chen)
    assert "A source for tests" in words(read_page(chen.get("/sources/new")))
    form = read_page(chen.get("/sources/new?door=fake"))
    assert form.xpath("//input[@name='secret-key']/@type") == ["password"]
    given = {"id": "reefs", "title": "Reefs", "address": "https://example.org/oai", "s-set": "fish",
             "secret-key": "s3cret-key", "s-language": "fr", "every": "24", "visibility": "public"}  # fmt: skip
    assert press(chen, "/sources/new?door=fake", **given) == "/sources/reefs"
    page = words(read_page(chen.get("/sources/reefs")))
    assert "Daily" in page
    assert "Français" in page
    assert "s3cret" not in body_of(chen.get("/sources/reefs")) + body_of(chen.get("/sources/reefs/edit"))

    FakeDoor.script = [told("1", "Étangs", "fr"), told("2"), Found(key="3", problem="No title.", place="page 1")]
    watching = press(chen, "/sources/reefs/act", what="preview")
    waiting = chen.get(watching)
    assert waiting.headers["Refresh"] == "5"
    assert "Do not look again by itself" in words(read_page(waiting))
    assert "Refresh" not in chen.get(watching.partition("?")[0]).headers
    work_off()
    preview = read_page(chen.get(watching))
    assert "Étangs" in words(preview)
    assert preview.xpath("//th[@lang='fr']")
    assert "No title." in words(preview)
    assert not Record.objects.exists()

    run = press(chen, f"{watching.partition('?')[0]}/act", what="take")
    work_off()
    done = words(read_page(chen.get(run)))
    assert "Out of sight again: 2. As before: 0. Shown again: 0." in done
    assert Record.objects.filter(state="published").count() == 2
    press(chen, f"{run.partition('?')[0]}/act", what="undo")
    assert "Is being undone" in words(read_page(chen.get(run)))
    work_off()
    assert Record.objects.filter(state="retired").count() == 2
    assert "UndoneOut of sight again: 2." in words(read_page(chen.get(run)))
    assert "chen@example.org" in words(read_page(chen.get("/sources/reefs")))


def test_a_table_is_brought_mapped_and_taken_in(company: cast.Company) -> None:
    ada = signed_in(company.ada)
    press(ada, "/sources/new?door=table", id="liste", title="Resources", address="", every="0", visibility="public",
          **{"s-encoding": "utf-8-sig", "s-whole": "yes"})  # fmt: skip
    run = press(ada, "/sources/liste/file", file=SimpleUploadedFile("liste.csv", CSV))
    work_off()
    assert "which column answers which question" in words(read_page(ada.get(run)))
    form = read_page(ada.get("/sources/liste/mapping"))
    fields = _filled(form)
    assert (fields["c-0"], fields["c-1"], fields["l-1"], fields["key"]) == ("", "title", "fr", "Ref")
    fields["c-3"] = "resource_types"
    press(ada, "/sources/liste/mapping", **fields, what="save")
    form = read_page(ada.get("/sources/liste/mapping"))
    assert "what these cells mean" in words(form)
    fields = _filled(form)
    assert fields["w-3-0"] == "Faltblatt"
    wrong = ada.post("/sources/liste/mapping", {**fields, "v-3-0": "Spaceship", "what": "save"})
    assert "There is no term “Spaceship”" in words(read_page(wrong, 400))
    fields |= {"v-3-0": "Guide", "f-0": "ecosystems", "t-0": "Coral reefs"}
    run = press(ada, "/sources/liste/mapping", **fields, what="see")
    work_off()
    assert "Étangs" in words(read_page(ada.get(run)))
    run = press(ada, f"{run.partition('?')[0]}/act", what="take")
    work_off()
    assert SourceRun.objects.latest("pk").error == ""
    assert SourceItem.objects.count() == 2
    assert press(
        ada, f"/sources/liste/runs/{SourceRun.objects.filter(preview=True).latest('pk').pk}/act", what="take"
    ) == ("/sources/liste"), "its file was let go"
    mapped = Source.objects.get(pk="liste").answers["mapping"]
    assert mapped["columns"]["Kind"]["values"] == {"Faltblatt": "guide"}
    assert list(mapped["fixed"]) == ["ecosystems"]
    assert _filled(read_page(ada.get("/sources/liste/mapping")))["t-0"] == "coral reef", "in the words of the reader"
    given = {"title": "Other", "address": "", "every": "0", "visibility": "public", "s-encoding": "utf-8-sig"}
    press(ada, "/sources/liste/edit", **given)
    assert Source.objects.get(pk="liste").answers["mapping"] == mapped


def _filled(page: Any) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    form = page.xpath("//form[.//select[@id='format']]")[0]
    found = {str(name): str(value or "") for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    return {**found, **{one.name: one.value or "" for one in form.xpath(".//select")}}


def test_things_put_by_become_drafts(company: cast.Company) -> None:
    FakeDoor.script = [told("EP1", "A pump", kept=True, facts={"events": [{"code": "MM4A"}]}, address="https://e.org/1"),
                       told("EP2", "A sieve", kept=True)]  # fmt: skip
    run_source(source())
    henri = signed_in(company.henri)
    assert "2 things wait" in words(read_page(henri.get("/sources/reefs")))
    page = read_page(henri.get("/sources/reefs/kept?q=pump"))
    assert "A sieve" not in words(page)
    assert "MM4A" in words(page)
    action = page.xpath("//form[contains(@action, 'draft')]/@action")[0]
    work = press(henri, action)
    record = Record.objects.get()
    assert (work, record.author_id) == (f"/records/{record.pk}/work", company.henri.account.pk)
    assert press(henri, action) == "/sources/reefs/kept"
    assert "A pump" in words(read_page(henri.get("/sources/reefs/kept?drafted=1")))
    assert "A pump" not in words(read_page(henri.get("/sources/reefs/kept")))


def test_who_looks_sees_no_buttons_and_everybody_else_nothing(company: cast.Company) -> None:
    FakeDoor.script = [told("1"), told("EP", kept=True)]
    run = run_source(source(address="https://example.org"))
    pages = ["/sources", "/sources/reefs", "/sources/reefs/kept", f"/sources/reefs/runs/{run.pk}",
             f"/sources/reefs/runs/{run.pk}/refused.csv"]  # fmt: skip
    running = ["/sources/new", "/sources/reefs/edit", "/sources/reefs/mapping", "/sources/reefs/remove"]
    posts = ["/sources/reefs/act", "/sources/reefs/file", f"/sources/reefs/runs/{run.pk}/act"]
    draft = f"/sources/reefs/kept/{SourceItem.objects.get(key='EP').pk}/draft"
    henri = signed_in(company.henri)
    assert [henri.get(address).status_code for address in (*pages, *running)] == [200] * 5 + [404] * 4
    assert not read_page(henri.get("/sources/reefs")).xpath("//main//form")
    for address, what in [*((one, "run") for one in posts), *((one, "undo") for one in posts[2:]), (posts[0], "rest")]:
        assert henri.post(address, {"what": what}).status_code == 404
    for person in (company.losa, company.priya, company.sven, company.noor):
        browser = signed_in(person)
        assert {browser.get(address).status_code for address in (*pages, *running)} == {404}
        assert {browser.post(address, {"what": "run"}).status_code for address in (*posts, draft)} == {404}
        assert "/sources" not in body_of(browser.get("/desk"))
    nobody = Client(headers={"host": "localhost"})
    assert {nobody.get(address).status_code for address in (*pages, *running)} <= {302, 403}
    assert {nobody.post(address).status_code for address in (*posts, draft)} <= {302, 403}
    assert SourceRun.objects.count() == 1


def test_what_was_refused_is_filtered_and_taken_along_as_a_table(company: cast.Company) -> None:
    FakeDoor.script = [
        *[Found(key=f"=cmd|{number}", problem="No title.", place=f"page {number}") for number in range(40)],
        Found(key="x", record={"format": "resource", "data": {"title": "X"}}),
    ]
    run = run_source(source())
    chen = signed_in(company.chen)
    page = read_page(chen.get(f"/sources/reefs/runs/{run.pk}"))
    assert len(page.xpath("//section[@aria-labelledby='h-refused']//tbody/tr")) == 30
    onward = page.xpath("//p[@class='pages']/a/@href")[0].partition("#")[0]
    assert len(read_page(chen.get(f"/sources/reefs/runs/{run.pk}{onward}")).xpath("//tbody/tr")) == 11
    only = read_page(chen.get(f"/sources/reefs/runs/{run.pk}?field=summary&q=\0"))
    assert [len(only.xpath("//section//tbody/tr")), words(only, "//tbody//code")] == [1, "summary"]
    table = chen.get(f"/sources/reefs/runs/{run.pk}/refused.csv").content.decode("utf-8-sig").splitlines()
    assert (table[0], table[1]) == ("place,key,field,reason", "page 0,'=cmd|0,,No title.")
    assert len(table) == Refusal.objects.count() + 1


def test_removing_asks_what_becomes_of_the_records(company: cast.Company) -> None:
    FakeDoor.script = [told("1"), whole()]
    run_source(source())
    chen = signed_in(company.chen)
    assert "What becomes of its records?" in words(read_page(chen.get("/sources/reefs/remove")))
    run = press(chen, "/sources/reefs/remove", records="retire")
    work_off()
    assert "No longer there1" in words(read_page(chen.get(run)))
    assert chen.get("/sources/reefs").status_code == 404
    assert "Nothing is asked of anybody yet" in words(read_page(chen.get("/sources")))


@pytest.mark.once
def test_forms_say_what_is_wrong(company: cast.Company) -> None:
    source()
    chen = signed_in(company.chen)
    given = {"id": "reefs", "title": "", "address": "javascript:alert(1)", "every": "7", "visibility": "x",
             "s-language": "klingon"}  # fmt: skip
    page = words(read_page(chen.post("/sources/new?door=fake", given), 400))
    assert "Something is not right yet" in page
    given = {"id": "other", "title": "x", "address": "gopher://x", "every": "0", "visibility": "public", "s-set": "x",
             "s-language": ""}  # fmt: skip
    page = words(read_page(chen.post("/sources/new?door=fake", given), 400))
    assert "Write an address that begins with https:// or http://." in page
    given |= {"address": "", "id": "reefs"}
    assert "This short name is taken" in words(read_page(chen.post("/sources/new?door=fake", given), 400))
    for empty in ({}, {"file": SimpleUploadedFile("x.csv", b"")}):
        assert press(chen, "/sources/reefs/file", **empty) == "/sources/reefs"
    assert press(chen, "/sources/reefs/act", what="run") == "/sources/reefs", "it has no address"
    assert chen.post("/sources/reefs/act", {"what": "dance"}).status_code == 404
    for address in ("/sources/reefs/runs/999999999999999999999", "/sources/none", "/sources/reefs/runs/0",
                    "/sources/reefs/kept?before=99999999999999999999", "/sources/reefs/kept?q=%00"):  # fmt: skip
        assert chen.get(address).status_code in (200, 404)


def test_one_run_waits_at_a_time(company: cast.Company) -> None:
    mine = source(address="https://example.org")
    sources_actions.ask(actor=company.ada.actor, source_id=mine.pk)
    with pytest.raises(Busy):
        sources_actions.ask(actor=company.ada.actor, source_id=mine.pk)
    chen = signed_in(company.chen)
    assert press(chen, "/sources/reefs/act", what="run") == "/sources/reefs"
    assert "waits or is under way already" in words(read_page(chen.get("/sources/reefs")))
    run = SourceRun.objects.get()
    press(chen, f"/sources/reefs/runs/{run.pk}/act", what="stop")
    assert SourceRun.objects.get().error == "It was stopped."


def _many(count: int) -> SourceRun:
    """So many sources, runs, refusals and things put by."""
    FakeDoor.script = [
        *[Found(key=f"b{number}", problem="Bad.", place="x") for number in range(count)],
        *[told(f"EP{number}", kept=True, facts={"a": 1, "b": [1, 2]}) for number in range(count)],
    ]
    for number in range(count):
        run_source(source(f"s{number}", title=f"Source {number}", address="https://example.org"))
    mine = Source.objects.get(pk="s0")
    for _ in range(count - 1):
        run_source(mine)
    FakeDoor.script = [told(f"n{number}") for number in range(count)]
    run_source(mine, preview=True)
    return SourceRun.objects.filter(source=mine).order_by("pk")[0]


PLACES: tuple[Callable[[SourceRun], str], ...] = (
    lambda run: "/sources",
    lambda run: "/sources/s0",
    lambda run: "/sources/s0/edit",
    lambda run: "/sources/s0/kept",
    lambda run: f"/sources/s0/runs/{run.pk}",
    lambda run: "/sources/new",
    lambda run: "/sources/s0/remove",
)


@pytest.mark.parametrize("count", [1, 30])
def test_pages_are_light_and_ask_little(company: cast.Company, count: int) -> None:
    run = _many(count)
    ada = signed_in(company.ada)
    for place in PLACES:
        address = place(run)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = ada.get(address)
        assert len(queries) <= 12, (address, [one["sql"][:90] for one in queries])
        assert len(gzip.compress(page.content)) < 60_000, address


@pytest.mark.once
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_in_six_languages(company: cast.Company, language: str) -> None:
    run = _many(1)
    ada = signed_in(company.ada, language)
    for place in (*PLACES, lambda run: "/sources/new?door=table"):
        page = read_page(ada.get(place(run)))
        assert page.get("lang") == language
        assert not re.search(r"%\(\w+\)s|\{\{", words(page))
