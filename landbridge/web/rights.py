"""Who may do what, in words: every role with what it may do and read, every right with what it means and who has it.

All of it is asked of the table that the program obeys, so that the page cannot say something else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from landbridge.parties.permissions import PARTY_ROLES, Permission, Role, allows, gives
from landbridge.registry.readers import Standing
from landbridge.registry.rules import Reader, sees
from landbridge.registry.workflow import Visibility
from landbridge.web.role_names import role_about, role_name
from landbridge.web.states import visibility_name


@dataclass(frozen=True)
class Holder:
    """A role, and where it is held: for a kind of party, for the node, or for one record."""

    role: Role
    kind: str
    name: str
    about: str
    rights: tuple[Permission, ...]
    reads: tuple[str, ...]
    """For whom that is published which it reads."""
    beyond: str
    """What it reads of that which is not published."""

    @property
    def may(self) -> list[str]:
        return [permission_name(right) for right in self.rights]


def groups() -> Iterator[tuple[str, list[Holder]]]:
    """The roles of a Party, of organisations and communities, of the node, and the one of an author."""
    for kind, heading in (
        ("party", gettext("For a Party")),
        ("organisation", gettext("For an organisation or a community")),
        ("", gettext("For the whole node")),
    ):
        yield heading, [_holder(role, kind) for role in PARTY_ROLES[kind]]
    yield gettext("For one record"), [_author()]


def _holder(role: Role, kind: str) -> Holder:
    of_node = not kind
    rights = tuple(right for right in Permission if gives(role, right, of_node=of_node))
    reader = Standing(0, ((role, None if of_node else "own"),)).reader()
    reads = [visibility_name(one) for one in Visibility if one != Visibility.PRIVATE and sees(reader, one)]
    return Holder(role, kind, role_name(role), role_about(role), rights, tuple(reads), _beyond(reader))


def _beyond(reader: Reader) -> str:
    if reader.sees_all:
        return gettext("All drafts and private records")
    if reader.parties:
        return gettext("Its own drafts and private records")
    return gettext("What waits for review") if reader.sees_submitted else ""


def _author() -> Holder:
    about = gettext("Whoever began a record that belongs to no Party and to no organisation.")
    rights = tuple(right for right in Permission if allows(Role.AUTHOR, right))
    itself = gettext("The record itself, in every state")
    reads = (visibility_name(Visibility.PUBLIC),)
    return Holder(Role.AUTHOR, "record", gettext("Author of the record"), about, rights, reads, itself)


def meanings(held: list[Holder]) -> Iterator[tuple[str, str, list[str]]]:
    """Every right: its name, what it means, and the names of the roles that have it."""
    for right in Permission:
        names = dict.fromkeys(one.name for one in held if right in one.rights)
        yield permission_name(right), _meaning(right), list(names)


def permission_name(permission: Permission) -> str:
    """What a right is called."""
    return {
        Permission.READ_PARTIES: gettext("Read what is for Parties only"),
        Permission.READ_DRAFTS: gettext("Read drafts"),
        Permission.READ_SUBMITTED: gettext("Read what waits for review"),
        Permission.DRAFT: gettext("Write drafts"),
        Permission.SUBMIT: gettext("Submit"),
        Permission.COMMENT: gettext("Comment"),
        Permission.PUBLISH: gettext("Publish"),
        Permission.RETURN: gettext("Return for changes"),
        Permission.RETIRE: gettext("Retire"),
        Permission.CONFIRM: gettext("Confirm that it is still true"),
        Permission.ENDORSE: gettext("Endorse for the country"),
        Permission.NOMINATE: gettext("Nominate experts"),
        Permission.VET: gettext("Vet experts"),
        Permission.AUDIT: gettext("Read the audit trail"),
        Permission.INVITE: pgettext("right", "Invite people"),
        Permission.RECEIVE: gettext("Take in whole records"),
    }[permission]


def _meaning(permission: Permission) -> str:
    return {
        Permission.READ_PARTIES: gettext("Published records that are meant for Parties and not for everybody."),
        Permission.READ_DRAFTS: gettext("What is not published yet, and what stays private."),
        Permission.READ_SUBMITTED: gettext("What was handed in for review, save what a community keeps private."),
        Permission.DRAFT: gettext("Begin a record and revise it. Readers see nothing of it until it is published."),
        Permission.SUBMIT: gettext("Hand a draft in for review, and take it back."),
        Permission.COMMENT: gettext("Leave remarks on single answers, for those who work on the record."),
        Permission.PUBLISH: gettext("Show a record to its readers, choose who they are, and undo that."),
        Permission.RETURN: gettext("Give what was handed in back to its author, with comments."),
        Permission.RETIRE: gettext("Take a record out of sight. Its address stays and says so."),
        Permission.CONFIRM: gettext("Say that a published record is still true."),
        Permission.ENDORSE: gettext("Say for one’s own Party that it stands behind a record, whoever wrote it."),
        Permission.NOMINATE: gettext("Name experts for the roster on behalf of the Party."),
        Permission.VET: gettext("Check the experts of the roster and their references."),
        Permission.AUDIT: gettext("See who did what with a record, and when."),
        Permission.INVITE: gettext("Bring people in, give them roles and end these."),
        Permission.RECEIVE: gettext("From files and from other nodes."),
    }[permission]
