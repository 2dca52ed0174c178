"""Names of roles, kinds of focal point, parties and ways of signing in, in the reader's language."""

from django.utils.translation import gettext, pgettext

from landbridge.parties.models import Account, Party
from landbridge.parties.permissions import Role
from landbridge.web.labels import place_name, place_term, reader_language, term_label


def role_name(role: str) -> str:
    """What a role is called."""
    return {
        Role.FOCAL_POINT.value: gettext("National focal point"),
        Role.AUTHORISED_USER.value: gettext("National authorised user"),
        Role.PUBLISHING_AUTHORITY.value: gettext("Publishing authority"),
        Role.EDITOR.value: pgettext("role", "Editor"),
        Role.CONTRIBUTOR.value: gettext("Contributor"),
        Role.EXPERT.value: gettext("Expert"),
        Role.HELPDESK.value: gettext("Help-desk officer"),
        Role.ADMINISTRATOR.value: pgettext("role", "Administrator"),
    }.get(role, role)


def role_about(role: str) -> str:
    """What somebody with the role does, in one sentence."""
    return {
        Role.FOCAL_POINT.value: gettext("Writes, publishes and endorses for the Party, and invites others."),
        Role.AUTHORISED_USER.value: gettext("Writes and submits for the Party; others publish."),
        Role.PUBLISHING_AUTHORITY.value: gettext("Writes and publishes for the Party."),
        Role.EDITOR.value: gettext("Writes and publishes."),
        Role.CONTRIBUTOR.value: gettext("Writes and submits; others publish."),
        Role.EXPERT.value: gettext("Keeps an entry on the roster."),
        Role.HELPDESK.value: gettext("Reads what was submitted, asks and returns it."),
        Role.ADMINISTRATOR.value: gettext("Does everything, and invites others."),
    }.get(role, "")


def kind_name(kind: str) -> str:
    """What a kind of focal point is called."""
    return term_label("focal_point_kinds", kind) if kind else ""


def party_name(party: Party | None) -> str:
    """What a party is called; none is the node itself."""
    if party is None:
        return gettext("This node")
    if party.kind == "party" and place_term(party.country or party.pk) is not None:
        return place_name(party.country or party.pk)
    names = party.names if isinstance(party.names, dict) else {}
    return names.get(reader_language()) or names.get("en") or next(iter(names.values()), party.pk)


def member_name(account: Account) -> str:
    """What a person is called among those who work with them."""
    return account.name or account.email


def method_name(method: str) -> str:
    """How somebody signed in."""
    return {
        "password": gettext("Password"),
        "code": gettext("Code by mail"),
        "mfa:totp": gettext("Authenticator app"),
        "mfa:webauthn": gettext("Passkey"),
        "mfa:recovery_codes": gettext("Recovery code"),
        "socialaccount": gettext("Another service"),
    }.get(method, gettext("Another way") if method else "")
