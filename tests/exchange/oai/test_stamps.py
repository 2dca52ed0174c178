"""Datestamps in the order of commits, and tokens."""

from typing import Any

import pytest

from landbridge.exchange.models import OaiClock, OaiRecord
from landbridge.exchange.out.oai import keeping, listing, stamps, tokens
from landbridge.exchange.out.oai.tokens import BadToken, Token
from tests.exchange.oai.door import OAI, Clock, datestamp, error, follow, named, pages, publish, revise, root, token_of

LIST = "verb=ListRecords&metadataPrefix=oai_dc"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("1970-01-01", 0, 86_399), ("1970-01-01T00:00:01Z", 1, 1), ("1969-12-31", -1, -1), ("0001-01-01", -1, -1),
     ("2026-06-01T12:00:00Z", 1_780_315_200, 1_780_315_200), ("9999-12-31", 253_402_214_400, 253_402_300_799)],
)  # fmt: skip
def test_a_date_is_a_second(text: str, first: int, last: int) -> None:
    assert (stamps.read(text), stamps.read(text, until=True)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-6-1", "2026-06-31", "2026-06-01T24:00:00Z", "2026-06-01T12:00:00", "2026-06-01T12:00:00+00:00",
     "2026-06-01 12:00:00Z", "2026-06-01T12:00:00.5Z", "２０２６-06-01", " 2026-06-01", "2026-06-01\n", "0000-01-01"],
)  # fmt: skip
def test_nothing_else_is_a_date(text: str) -> None:
    with pytest.raises(stamps.BadDate):
        stamps.read(text)


def test_a_stamp_lies_ahead_and_never_goes_back() -> None:
    newest = stamps.following(0, 1000.9)
    assert stamps.second(newest) == 1002
    assert stamps.following(newest, 1000.95) == newest + 1
    assert stamps.second(stamps.following(newest, 5.0)) == 1002, "a clock that was set back"
    assert stamps.second(stamps.following(newest, 1005.0)) == 1007


@pytest.mark.django_db
def test_from_and_until_are_both_included(clock: Clock) -> None:
    dates = []
    for record_id in ("a", "b", "c"):
        publish(record_id)
        follow()
        dates.append(datestamp(record_id))
        clock.tick()
    _, middle, _ = dates
    assert list(named(root(f"{LIST}&from={middle}&until={middle}"))) == ["b"]
    assert list(named(root(f"{LIST}&from={middle}"))) == ["b", "c"]
    assert list(named(root(f"{LIST}&until={middle}"))) == ["a", "b"]
    assert list(named(root(f"{LIST}&until={middle[:10]}"))) == ["a", "b", "c"]
    assert root("verb=Identify").findtext(f".//{OAI}earliestDatestamp") == dates[0]


@pytest.mark.django_db
def test_what_was_committed_too_late_is_stamped_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine stands still between the stamp and the commit: a harvester asked for that second in between."""
    publish("a")
    follow()
    first = datestamp("a")
    honest = keeping._write

    def slow(changed: Any) -> int:
        newest = honest(changed)
        clock.tick(10)
        return newest

    monkeypatch.setattr(keeping, "_write", slow)
    publish("b")
    asked = stamps.written(clock.now + 9)
    follow()
    assert datestamp("b") > asked
    assert datestamp("a") == first
    assert list(named(root(f"{LIST}&from={asked}"))) == ["b"]


@pytest.mark.django_db
def test_what_nobody_confirmed_is_stamped_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is killed between the commit and the look at the clock; another one goes on much later."""
    publish("a")
    follow()
    monkeypatch.setattr(keeping, "_settle", lambda newest: None)
    for record_id in ("b", "c"):
        publish(record_id)
    follow()
    monkeypatch.undo()
    monkeypatch.setattr(keeping, "time", clock)
    before = datestamp("a")
    clock.tick(60)
    keeping.take([])
    assert (datestamp("a"), datestamp("b") > stamps.written(clock.now)) == (before, True)
    assert list(named(root(LIST))) == ["a", "b", "c"]
    assert OaiClock.objects.get().settled == OaiRecord.objects.latest("stamp").stamp


# Tokens


TOKEN = Token("ListRecords", "oai_dc", "need", 5, -1, 7, 500, 20_000)


def test_a_token_comes_back_as_it_was() -> None:
    assert tokens.read(tokens.written(TOKEN), "ListRecords") == TOKEN
    assert tokens.read(tokens.written(TOKEN), "ListRecords") == tokens.read(tokens.written(TOKEN), "ListRecords")


def test_no_sign_of_a_token_can_be_changed() -> None:
    said = tokens.written(TOKEN)
    for place in range(len(said) - 1):
        other = said[:place] + ("A" if said[place] != "A" else "B") + said[place + 1 :]
        with pytest.raises(BadToken):
            tokens.read(other, "ListRecords")


def test_a_token_that_was_cut_is_none() -> None:
    with pytest.raises(BadToken):
        tokens.read(tokens.written(TOKEN)[:-3], "ListRecords")


@pytest.mark.parametrize("text", ["", "junk", "=", "é", "A" * 2000, "AAAA", "A" * 17, "\0"])
def test_junk_is_no_token(text: str) -> None:
    with pytest.raises(BadToken):
        tokens.read(text, "ListRecords")


def test_a_token_of_another_list_or_another_node_is_refused(settings: Any) -> None:
    said = tokens.written(TOKEN)
    with pytest.raises(BadToken, match="given for ListRecords"):
        tokens.read(said, "ListIdentifiers")
    settings.SECRET_KEY = "another key of another node, long enough"
    with pytest.raises(BadToken):
        tokens.read(said, "ListRecords")


@pytest.mark.django_db
def test_the_same_token_gives_the_same_page(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        publish(f"need-{number}")
    follow()
    token = token_of(root(LIST))
    query = f"verb=ListRecords&resumptionToken={token}"
    assert named(root(query)) == named(root(query)) == {"need-2": False, "need-3": False}
    assert error(f"verb=ListIdentifiers&resumptionToken={token}") == "badResumptionToken"


@pytest.mark.django_db
def test_a_token_outlives_the_table_that_it_was_given_for(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the table was built anew all stands behind the token: nothing is skipped, some is told twice."""
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        publish(f"need-{number}")
    follow()
    token = token_of(root(LIST))
    OaiRecord.objects.all().delete()
    clock.tick()
    follow(0)
    found = [key for page in pages(f"verb=ListRecords&resumptionToken={token}") for key in named(page)]
    assert sorted(found) == [f"need-{number}" for number in range(5)]


@pytest.mark.django_db
def test_a_list_ends_well_when_its_rest_has_moved_on(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(3):
        publish(f"need-{number}")
    follow()
    first = root(f"{LIST}&until={datestamp('need-2')}")
    clock.tick()
    revise("need-2", title={"en": "Changed"})
    follow()
    last = root(f"verb=ListRecords&resumptionToken={token_of(first)}")
    assert named(last) == {"need-2": False}
    assert token_of(last) == ""
