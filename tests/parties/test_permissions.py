"""One table says who may do what."""

from pathlib import Path

import pytest

import landbridge
from landbridge.parties.models import Account
from landbridge.parties.permissions import NODE_ONLY, PARTY_ROLES, TABLE, Permission, Role, allows, gives
from landbridge.registry.workflow import TABLE as WORKFLOWS
from landbridge.registry.workflow import State, Verb, Workflow


def test_every_role_stands_in_the_table() -> None:
    assert set(TABLE) == set(Role)


@pytest.mark.requirement("CHM-16")
def test_only_those_who_answer_for_a_party_publish_for_it() -> None:
    publishing = {role for role in Role if allows(role, Permission.PUBLISH)}
    assert publishing == {
        Role.FOCAL_POINT, Role.PUBLISHING_AUTHORITY, Role.EDITOR, Role.ADMINISTRATOR, Role.NODE,
    }  # fmt: skip


def test_every_permission_is_asked_for_somewhere() -> None:
    by_steps = {permission for permission, _ in WORKFLOWS.values()}
    assert set(Permission) - by_steps == {
        Permission.READ_PARTIES, Permission.READ_DRAFTS, Permission.READ_SUBMITTED, Permission.COMMENT,
        Permission.NOMINATE, Permission.VET, Permission.AUDIT, Permission.INVITE,
    }  # fmt: skip
    tells = ("permissions.py", "about.py")
    files = [path for path in Path(landbridge.__file__).parent.rglob("*.py") if path.name not in tells]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [one for one in Permission if f"Permission.{one.name}" not in source] == []


def test_a_role_of_a_party_gives_nothing_that_is_the_nodes_and_the_node_nothing_that_is_the_partys() -> None:
    def holders(permission: Permission, *, of_node: bool) -> set[Role]:
        return {role for role in Role if gives(role, permission, of_node=of_node)}

    for permission in NODE_ONLY:
        assert holders(permission, of_node=False) == set()
    assert holders(Permission.VET, of_node=True) == {Role.HELPDESK, Role.ADMINISTRATOR, Role.NODE}
    assert holders(Permission.ENDORSE, of_node=False) == {Role.FOCAL_POINT}
    assert holders(Permission.ENDORSE, of_node=True) == set()


def test_every_role_but_those_nobody_is_given_has_its_kind_of_party() -> None:
    given = {role for roles in PARTY_ROLES.values() for role in roles}
    assert set(Role) - given == {Role.AUTHOR, Role.NODE}


def test_nobody_who_may_not_publish_may_do_what_publishing_needs() -> None:
    for role in set(Role) - {Role.AUTHOR}:
        if allows(role, Permission.RETIRE):
            assert allows(role, Permission.PUBLISH), role


@pytest.mark.parametrize("workflow", Workflow)
def test_every_state_can_be_left_and_every_verb_has_a_place(workflow: Workflow) -> None:
    steps = [(state, verb, leads) for (flow, state, verb), (_, leads) in WORKFLOWS.items() if flow == workflow]
    reached = {leads for _, _, leads in steps}
    assert reached - {state for state, _, _ in steps} == set()
    assert any(state is None for state, _, _ in steps)
    assert reached <= set(State)
    assert {verb for _, verb, _ in steps} <= set(Verb)


@pytest.mark.django_db
def test_an_address_is_one_account_whatever_its_capitals() -> None:
    account = Account.objects.create_user(" Losa@Example.ORG ", "a long pass phrase")
    assert (str(account), account.check_password("a long pass phrase")) == ("losa@example.org", True)
    assert not Account.objects.create_user("sven@example.org").has_usable_password()
