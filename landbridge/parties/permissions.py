"""Who may do what: one list of roles, one list of permissions, one table."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a person is for a party, or for the node as a whole (the last four)."""

    FOCAL_POINT = "focal_point"
    AUTHORISED_USER = "national_authorised_user"
    PUBLISHING_AUTHORITY = "publishing_authority"
    EDITOR = "editor"
    CONTRIBUTOR = "contributor"
    EXPERT = "expert"
    HELPDESK = "helpdesk_officer"
    ADMINISTRATOR = "administrator"
    NODE = "node"


class Permission(StrEnum):
    """What can be done with a record."""

    READ_PARTIES = "read_parties"
    DRAFT = "draft"
    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"
    RETIRE = "retire"
    CONFIRM = "confirm"
    ENDORSE = "endorse"
    RECEIVE = "receive"


_DRAFTING = frozenset({Permission.READ_PARTIES, Permission.DRAFT, Permission.SUBMIT, Permission.CONFIRM})
_PUBLISHING = _DRAFTING | {Permission.PUBLISH, Permission.RETURN, Permission.RETIRE}

TABLE: Final = MappingProxyType(
    {
        Role.FOCAL_POINT: _PUBLISHING | {Permission.ENDORSE},
        Role.PUBLISHING_AUTHORITY: _PUBLISHING,
        Role.AUTHORISED_USER: _DRAFTING,
        Role.EDITOR: _PUBLISHING,
        Role.CONTRIBUTOR: _DRAFTING - {Permission.READ_PARTIES},
        Role.EXPERT: frozenset({Permission.DRAFT, Permission.SUBMIT, Permission.CONFIRM}),
        Role.HELPDESK: _DRAFTING,
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.NODE: frozenset(Permission),
    }
)
"""Role to what it allows, for records of the party of the membership."""


def allows(role: Role, permission: Permission) -> bool:
    """Whether the role carries the permission."""
    return permission in TABLE[role]
