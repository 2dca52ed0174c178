"""`landbridge account`: the operator lets people in and shuts them out."""

import re

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from landbridge.commands.account import account
from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Role
from landbridge.parties.standing import held_by


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> object:
    from landbridge.commands import account as module

    monkeypatch.setattr(module, "up_to_date", lambda: 0)

    def call(*words: str) -> Result:
        return CliRunner().invoke(account, list(words))

    return call


def test_the_first_administrator_comes_by_a_link(run: object) -> None:
    done = run("add", "Ada@Example.org", "--name", "Ada", "--role", "administrator")  # type: ignore[operator]
    assert done.exit_code == 0, done.output
    link = re.search(r"http://[^/]+(/account/\S+)", done.output)
    assert link is not None
    client = Client(headers={"host": "localhost"})
    form = client.get(link[1], follow=True)
    phrase = "seven mangroves by the reef"
    client.post(form.request["PATH_INFO"], {"password1": phrase, "password2": phrase})
    signed_in = client.post("/account/login/", {"login": "ada@example.org", "password": phrase})
    assert signed_in["Location"] == "/desk", "the operator has vouched for the address"
    assert held_by(Account.objects.get().pk).roles == ((Role.ADMINISTRATOR, None),)
    assert "not valid any more" in Client(headers={"host": "localhost"}).get(link[1], follow=True).content.decode()


def test_a_focal_point_of_a_country_that_is_not_there_yet(run: object) -> None:
    for _ in range(2):
        words = ("add", "losa@example.org", "--role", "focal_point", "--party", "Fiyi", "--kind", "TSC-FP")
        assert run(*words).exit_code == 0  # type: ignore[operator]
    member = Membership.objects.select_related("party").get()
    assert member.party is not None
    assert (member.party.pk, member.party.names["ru"], member.focal_point_kind) == ("FJI", "Фиджи", "TSC-FP")
    listed = run("list").output  # type: ignore[operator]
    assert "losa@example.org" in listed and "focal_point of FJI" in listed
    assert "losa" not in run("list", "--role", "administrator").output  # type: ignore[operator]


def test_an_account_is_shut_and_opened(run: object) -> None:
    run("add", "losa@example.org")  # type: ignore[operator]
    client = Client(headers={"host": "localhost"})
    client.force_login(Account.objects.get())
    assert run("disable", "LOSA@example.org").exit_code == 0  # type: ignore[operator]
    assert client.get("/account").status_code == 302
    assert run("link", "losa@example.org").exit_code == 1  # type: ignore[operator]
    assert "shut" in run("list").output  # type: ignore[operator]
    assert run("enable", "losa@example.org").exit_code == 0  # type: ignore[operator]
    assert "http" in run("link", "losa@example.org").output  # type: ignore[operator]


def test_a_person_who_asks_is_erased(run: object) -> None:
    run("add", "losa@example.org", "--role", "focal_point", "--party", "FJI")  # type: ignore[operator]
    assert run("erase", "losa@example.org").exit_code == 1, "it is asked first"  # type: ignore[operator]
    assert run("erase", "losa@example.org", "--yes").exit_code == 0  # type: ignore[operator]
    assert "erased" in run("list").output  # type: ignore[operator]
    assert not Membership.objects.exists()
    assert run("enable", "losa@example.org").exit_code == 1  # type: ignore[operator]


@pytest.mark.parametrize("words", [
    ("add", "nobody"), ("add", "a@b.org", "--role", "king"), ("add", "a@b.org", "--party", "FJI"),
    ("add", "a@b.org", "--role", "editor", "--party", "FJI"), ("add", "a@b.org", "--role", "focal_point"),
    ("add", "a@b.org", "--role", "editor", "--party", "Atlantis"), ("link", "nobody@example.org"),
    ("disable", "nobody@example.org"), ("add", "a@b.org", "--role", "focal_point", "--party", "FJI", "--kind", "KING"),
])  # fmt: skip
def test_nonsense_is_told_and_makes_nothing(run: object, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code != 0  # type: ignore[operator]
    assert not Account.objects.exists()
    assert not Membership.objects.exists()
