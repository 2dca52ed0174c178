"""What is asked on the pages of accounts and people. Only what stands here is taken from a request."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.parties.permissions import FOCAL_POINT_KINDS, Role
from landbridge.web.labels import capital, place_name, reader_language
from landbridge.web.role_names import kind_name, role_name


def _day() -> forms.DateField:
    return forms.DateField(
        required=False, label=gettext("Last day, if it ends by itself"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"],
    )  # fmt: skip


def _choices(values: tuple[Role, ...]) -> list[tuple[str, str]]:
    return [(role.value, role_name(role.value)) for role in values]


class RoleForm(forms.Form):
    """A role among those that may be given here."""

    def __init__(self, roles: tuple[Role, ...], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["role"] = forms.ChoiceField(choices=_choices(roles), label=gettext("Role"))
        if Role.FOCAL_POINT in roles:
            kinds = [("", "–"), *((kind, kind_name(kind)) for kind in FOCAL_POINT_KINDS)]
            label = gettext("For a focal point: of which kind")
            self.fields["focal_point_kind"] = forms.ChoiceField(choices=kinds, required=False, label=label)
        self.fields["until"] = _day()

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("role") != Role.FOCAL_POINT.value:
            told["focal_point_kind"] = ""  # It is asked on the same page, and means nothing for other roles.
        return told


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    def __init__(self, roles: tuple[Role, ...], *args: Any, **named: Any) -> None:
        super().__init__(roles, *args, **named)
        self.fields["email"] = forms.EmailField(label=gettext("Email"), max_length=254)
        self.fields["language"] = _language_field(gettext("Language of the letter"))
        self.fields["language"].initial = reader_language()
        self.order_fields(["email", "role", "focal_point_kind", "until", "language"])


def _language_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(tag, NAMES[tag]) for tag in LANGUAGES], label=label)


class HandOverForm(forms.Form):
    """Who follows."""

    email = forms.EmailField(label=gettext_lazy("Email of the successor"), max_length=254)


class AccountForm(forms.Form):
    """What a person says of themselves."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200, required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["language"] = _language_field(gettext("Language of letters to you"))


class EraseForm(forms.Form):
    """Shows that it is meant: the password, or for whoever has none the address, typed."""

    def __init__(self, has_password: bool, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if has_password:
            secret = forms.PasswordInput(attrs={"autocomplete": "current-password"})
            self.fields["proof"] = forms.CharField(label=gettext("Your password"), widget=secret, max_length=1000)
        else:
            self.fields["proof"] = forms.CharField(label=gettext("Type your email address"), max_length=254)


class PartyForm(forms.Form):
    """A new party, organisation or community."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        countries = sorted((capital(place_name(term.id)), term.id) for term in vocabulary("countries"))
        self.fields["kind"] = forms.ChoiceField(
            label=gettext("Kind"),
            choices=[("organisation", gettext("Organisation")), ("community", gettext("Community")),
                     ("party", gettext("Party to the Convention"))],
        )  # fmt: skip
        self.fields["name"] = forms.CharField(
            label=gettext("Name, for organisations and communities"), max_length=200, required=False
        )
        self.fields["country"] = forms.ChoiceField(
            label=gettext("Country"), choices=[("", "–"), *((key, name) for name, key in countries)], required=False
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("kind") == "party" and not told.get("country"):
            self.add_error("country", gettext("Choose the country."))
        if told.get("kind") in ("organisation", "community") and not told.get("name", "").strip():
            self.add_error("name", gettext("Write the name."))
        return told
