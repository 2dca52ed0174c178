"""One table says who may do what."""

import pytest

from landbridge.parties.models import Account
from landbridge.parties.permissions import TABLE, Permission, Role, allows
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


def test_every_permission_is_needed_by_a_step_or_named_for_later() -> None:
    used = {permission for permission, _ in WORKFLOWS.values()}
    assert set(Permission) - used == {Permission.READ_PARTIES, Permission.ENDORSE}


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
