"""Who may do what: one list of roles, one list of permissions, one table."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a person is for a party, or for the node as a whole where the membership names no party."""

    FOCAL_POINT = "focal_point"
    AUTHORISED_USER = "national_authorised_user"
    PUBLISHING_AUTHORITY = "publishing_authority"
    EDITOR = "editor"
    CONTRIBUTOR = "contributor"
    EXPERT = "expert"
    HELPDESK = "helpdesk_officer"
    ADMINISTRATOR = "administrator"
    AUTHOR = "author"
    """Nobody is given this role: whoever began a record has it for that record."""
    NODE = "node"


class Permission(StrEnum):
    """What can be done with a record, or with the people of a party."""

    READ_PARTIES = "read_parties"
    READ_DRAFTS = "read_drafts"
    READ_SUBMITTED = "read_submitted"
    DRAFT = "draft"
    SUBMIT = "submit"
    COMMENT = "comment"
    PUBLISH = "publish"
    RETURN = "return"
    RETIRE = "retire"
    CONFIRM = "confirm"
    ENDORSE = "endorse"
    NOMINATE = "nominate"
    VET = "vet"
    AUDIT = "audit"
    INVITE = "invite"
    RECEIVE = "receive"


_AUTHOR = frozenset(
    {Permission.READ_DRAFTS, Permission.DRAFT, Permission.SUBMIT, Permission.COMMENT, Permission.CONFIRM}
)
_DRAFTING = _AUTHOR | {Permission.READ_PARTIES, Permission.READ_SUBMITTED}
_PUBLISHING = _DRAFTING | {Permission.PUBLISH, Permission.RETURN, Permission.RETIRE, Permission.AUDIT}

TABLE: Final = MappingProxyType(
    {
        Role.FOCAL_POINT: _PUBLISHING | {Permission.ENDORSE, Permission.NOMINATE, Permission.INVITE},
        Role.PUBLISHING_AUTHORITY: _PUBLISHING,
        Role.AUTHORISED_USER: _DRAFTING,
        Role.EDITOR: _PUBLISHING,
        Role.CONTRIBUTOR: _AUTHOR,
        Role.EXPERT: _AUTHOR,
        Role.HELPDESK: (_DRAFTING - {Permission.READ_DRAFTS}) | {Permission.RETURN, Permission.VET},
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.AUTHOR: _AUTHOR | {Permission.RETIRE},
        Role.NODE: frozenset(Permission),
    }
)
"""Role to what it allows, for records of the party of the membership."""

PARTY_ROLES: Final = MappingProxyType(
    {
        "party": (Role.FOCAL_POINT, Role.PUBLISHING_AUTHORITY, Role.AUTHORISED_USER, Role.CONTRIBUTOR),
        "organisation": (Role.ADMINISTRATOR, Role.EDITOR, Role.CONTRIBUTOR, Role.EXPERT),
        "community": (Role.ADMINISTRATOR, Role.EDITOR, Role.CONTRIBUTOR, Role.EXPERT),
        "": (Role.ADMINISTRATOR, Role.HELPDESK, Role.EDITOR),
    }
)
"""Kind of party ("" is the node itself) to the roles that a membership of it can have."""

NODE_ONLY: Final = frozenset({Permission.RECEIVE, Permission.VET})
"""What nobody does for a party: an organisation does not vet its own experts, and only the node takes records in."""
PARTY_ONLY: Final = frozenset({Permission.ENDORSE, Permission.NOMINATE})
"""What only a member of the party itself does: nobody else gives its word."""

FOCAL_POINT_KINDS: Final = (
    "CBD-FP1", "CBD-FP2", "CHM-FP", "TSC-FP", "SBSTTA-FP", "GTI-FP", "GSPC-FP", "PA-FP", "RM-FP", "TKBD-FP",
    "CPB-FP1", "BCH-FP", "ABS-FP",
)  # fmt: skip
"""Categories of national focal points, as the Convention's own lists abbreviate them; TSC-FP is the one for technical
and scientific cooperation."""


def allows(role: Role, permission: Permission) -> bool:
    """Whether the role carries the permission."""
    return permission in TABLE[role]


def gives(role: Role, permission: Permission, *, of_node: bool) -> bool:
    """Whether a membership with this role carries the permission: one of the node, for all records of it; one of a
    party, for that party's own."""
    if of_node:
        return allows(role, permission) and permission not in PARTY_ONLY
    if permission in PARTY_ONLY:
        return allows(role, permission) and role in PARTY_ROLES["party"]
    return allows(role, permission) and permission not in NODE_ONLY
