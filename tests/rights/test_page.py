"""The page that says who may do what: it is the table that the program obeys, all of it."""

import pytest
from django.test import Client
from lxml import html

from landbridge.parties.permissions import PARTY_ROLES, Permission, Role, gives
from landbridge.registry.readers import Standing
from landbridge.web.rights import groups, permission_name
from tests.cast import Company
from tests.hostile.looking import ask
from tests.rights import table

pytestmark = pytest.mark.usefixtures("translations")
RIGHT_OF = {
    "publish": "Publish", "return": "Return for changes", "endorse": "Endorse for the country", "submit": "Submit",
    "retire": "Retire",
}  # fmt: skip


def test_every_role_and_every_right_stands_there_in_every_language(db: None) -> None:
    for tag in ("en", "fr", "es", "ru", "ar", "zh"):
        status, text, _ = ask(Client(headers={"host": "localhost"}), f"/about/permissions?lang={tag}")
        assert status == 200
        page = html.fromstring(text)
        assert not page.xpath("//main//table"), "a table of twelve roles cannot be read on a telephone"
        rights = page.xpath("//main//p[@class='rights']")
        roles = sum(len(one) for one in PARTY_ROLES.values()) - len(PARTY_ROLES["community"]) + 1
        assert len(page.xpath("//main//dl/div")) == roles + len(Permission)
        assert sum(one.text_content().count("·") + 1 for one in rights) > 60
        assert not [one for one in (*Role, *Permission) if f">{one.value}<" in text and "_" in one.value]
        assert len(text.encode()) < 60_000


def test_it_says_what_each_of_the_cast_may_do(company: Company) -> None:
    held = {(one.role, one.kind == ""): one for _, roles in groups() for one in roles}
    for name in ("losa", "mere", "tomasi", "litia", "ines", "noor", "emil", "henri", "ada", "chen"):
        membership = company.everybody()[name].account.memberships.get()
        one = held[Role(membership.role), membership.party_id is None]
        own, _, others = table.MAY[name]
        rights = others if membership.party_id is None else own
        for verb, right in RIGHT_OF.items():
            assert (right in one.may) == (verb in rights.split()), (name, verb)
        reads = " ".join([*one.reads, one.beyond])
        assert ("Parties only" in reads) == ("parties" in table.READS[name]), name
        assert ("All drafts" in reads) == (name in table.RUNS), name
        assert ("Its own drafts" in reads) == (name in table.WORKS), name


def test_the_words_are_those_of_the_table() -> None:
    for _, roles in groups():
        for one in roles:
            if one.role != Role.AUTHOR:
                standing = Standing(0, ((one.role, "x" if one.kind else None),))
                may = [right for right in Permission if standing.may(right, "x")]
                assert one.may == [permission_name(right) for right in may], one.name
                assert may == [right for right in Permission if gives(one.role, right, of_node=not one.kind)]
