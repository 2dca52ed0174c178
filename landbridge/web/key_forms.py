"""What is asked on the pages of keys, services and webhooks. Only what stands here is taken from a request."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext, ngettext

from landbridge.formats.library import FORMATS
from landbridge.parties.models import Account, Party
from landbridge.parties.permissions import Permission, Role
from landbridge.parties.tokens import Scope
from landbridge.registry.workflow import Verb
from landbridge.web.labels import format_name, number
from landbridge.web.rights import permission_name
from landbridge.web.role_names import party_name, role_name
from landbridge.web.states import verb_done

DAYS: Final = (30, 90, 180, 365)
TOLD: Final = (
    Verb.PUBLISH, Verb.REVISE, Verb.SUBMIT, Verb.RETURN, Verb.RETIRE, Verb.RESTORE, Verb.CONFIRM, Verb.ENDORSE,
    Verb.RECEIVE,
)  # fmt: skip
"""The verbs that somebody may want to hear of on their own."""


def scope_name(scope: str) -> str:
    """What a key may be used for."""
    if scope == Scope.READ:
        return gettext("Read what you may read")
    if scope == Scope.WEBHOOKS:
        return gettext("Manage webhooks")
    return permission_name(Permission(scope))


def _boxes(choices: Sequence[tuple[str, str]], label: str, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, label=label, help_text=help_text, required=False, widget=forms.CheckboxSelectMultiple
    )


class KeyForm(forms.Form):
    """A key: for oneself, or for a service that one looks after."""

    def __init__(self, services: Sequence[Account], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["name"] = forms.CharField(
            label=gettext("What it is for"), max_length=100, help_text=gettext("You recognise the key by it.")
        )
        if services:
            own = ("", gettext("Myself"))
            choices = [own, *((str(service.pk), service.name) for service in services)]
            self.fields["account"] = forms.ChoiceField(
                choices=choices, required=False, label=gettext("Who acts with it")
            )
        self.fields["scopes"] = _boxes([(scope.value, scope_name(scope)) for scope in Scope], gettext("What it may do"))
        self.fields["scopes"].required = True
        days = [(str(days), ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}) for days in DAYS]
        self.fields["days"] = forms.ChoiceField(choices=days, label=gettext("How long it opens"), initial="90")


class ServiceForm(forms.Form):
    """A program that acts for a party."""

    def __init__(self, parties: Sequence[Party | None], roles: Sequence[Role], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["service"] = forms.CharField(label=gettext("Name of the service"), max_length=200)
        choices = [(party.pk if party else "", party_name(party)) for party in parties]
        self.fields["party"] = forms.ChoiceField(choices=choices, required=False, label=gettext("For whom it acts"))
        names = [(role.value, role_name(role.value)) for role in roles]
        self.fields["role"] = forms.ChoiceField(choices=names, label=gettext("Role"))


class WebhookForm(forms.Form):
    """An address, and what it is told of."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["url"] = forms.CharField(
            label=gettext("Address"), max_length=500, help_text=gettext("It begins with https://."),
            widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        )  # fmt: skip
        everything = gettext("None ticked: all of them.")
        formats = [(name, format_name(name)) for name in FORMATS]
        self.fields["formats"] = _boxes(formats, gettext("Kinds of record"), everything)
        self.fields["verbs"] = _boxes(
            [(verb.value, verb_done(verb)) for verb in TOLD], gettext("What happens"), everything
        )
