"""Pages that tell what the network is, how to use it, and who may do what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.cooperation.criteria import WEIGHTS
from landbridge.formats.library import FORMATS
from landbridge.parties.permissions import TABLE, Permission, Role
from landbridge.web.labels import said, side


def about(request: HttpRequest) -> HttpResponse:
    """What this is, and the kinds of record it holds."""
    formats = [(name, said(model.plural), said(model.about), side(name)) for name, model in FORMATS.items()]
    return render(request, "about.html", {"formats": formats})


def help_page(request: HttpRequest) -> HttpResponse:
    """How to use it."""
    return render(request, "help.html", {"criteria": list(WEIGHTS)})


def permissions(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table that the program itself obeys."""
    asked = [permission for permission in Permission if permission != Permission.RECEIVE]
    page: dict[str, Any] = {
        "heads": [_permission_name(permission) for permission in asked],
        "rows": [
            (_role_name(role), [permission in allowed for permission in asked])
            for role, allowed in TABLE.items()
            if role != Role.NODE
        ],
    }
    return render(request, "permissions.html", page)


def _role_name(role: Role) -> str:
    return {
        Role.FOCAL_POINT: gettext("National focal point"),
        Role.AUTHORISED_USER: gettext("National authorised user"),
        Role.PUBLISHING_AUTHORITY: gettext("Publishing authority"),
        Role.EDITOR: gettext("Editor of an organisation"),
        Role.CONTRIBUTOR: gettext("Contributor"),
        Role.EXPERT: gettext("Expert"),
        Role.HELPDESK: gettext("Help-desk officer"),
        Role.ADMINISTRATOR: gettext("Administrator of the node"),
    }.get(role, role.value)


def _permission_name(permission: Permission) -> str:
    return {
        Permission.READ_PARTIES: gettext("Read what is for Parties only"),
        Permission.DRAFT: gettext("Write drafts"),
        Permission.SUBMIT: gettext("Submit"),
        Permission.PUBLISH: gettext("Publish"),
        Permission.RETURN: gettext("Return for changes"),
        Permission.RETIRE: gettext("Withdraw"),
        Permission.CONFIRM: gettext("Confirm that it is still true"),
        Permission.ENDORSE: gettext("Endorse for the country"),
    }.get(permission, permission.value)
