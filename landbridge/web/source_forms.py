"""What is asked of somebody who adds a source: what is the same for all, and what its door asks for."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.utils.translation import gettext, ngettext

from landbridge.exchange.in_.door import Door, Setting
from landbridge.exchange.in_.sources_actions import Wrong
from landbridge.exchange.models import Source
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.registry.workflow import Visibility
from landbridge.web.labels import number, said
from landbridge.web.states import visibility_name

HOURS: Final = (0, 1, 6, 24, 7 * 24, 30 * 24)
ASKED: Final = "s-"
"""What stands before the name of a door's own setting, so that it is no other field's."""
SECRET: Final = "secret-"  # noqa: S105 - the beginning of a name.
"""The same for a secret: no page that holds what was typed holds a field of such a name."""


def hours_name(hours: int) -> str:
    """How often a source is asked."""
    if hours == 0:
        return gettext("Only when somebody says so")
    if hours in (1, 24):
        return gettext("Hourly") if hours == 1 else gettext("Daily")
    days = hours // 24
    if hours % 24 == 0:
        return ngettext("Every %(days)s day", "Every %(days)s days", days) % {"days": number(days)}
    return ngettext("Every %(hours)s hour", "Every %(hours)s hours", hours) % {"hours": number(hours)}


class SourceForm(forms.Form):
    """A source, new or known."""

    def __init__(self, door: Door, source: Source | None, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.door, self.source = door, source
        if source is None:
            self.fields["id"] = forms.SlugField(
                label=gettext("Short name"), max_length=60, widget=forms.TextInput(attrs={"dir": "ltr"}),
                help_text=gettext("Small letters, digits and hyphens, such as reef-network. It stays."),
            )  # fmt: skip
        self.fields["title"] = forms.CharField(
            label=gettext("Name"), max_length=200, initial=source.title if source else ""
        )
        if door.takes != "file":
            self.fields["address"] = forms.CharField(
                label=gettext("Address"), max_length=500, required=door.takes == "address",
                initial=source.address if source else "", widget=forms.URLInput(attrs={"dir": "ltr"}),
                help_text="" if door.takes == "address" else gettext("Leave it empty to bring files instead."),
            )  # fmt: skip
        for setting in door.settings:
            if setting.kind != "mapping":
                self.fields[_name(setting)] = _field(setting, source)
        self.fields["every"] = forms.TypedChoiceField(
            label=gettext("How often"), coerce=int, initial=source.every if source else 0,
            choices=[(hours, hours_name(hours)) for hours in sorted({*HOURS, source.every if source else 0})],
        )  # fmt: skip
        self.fields["visibility"] = forms.ChoiceField(
            label=gettext("Who may read its records"), initial=source.visibility if source else "public",
            choices=[(one.value, visibility_name(one)) for one in Visibility],
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        given = self.cleaned_data
        answers = {setting.name: given[name] for setting in self.door.settings if (name := _name(setting)) in given}
        return {"title": given["title"], "address": given.get("address", ""), "answers": answers,
                "every": given["every"], "visibility": given["visibility"]}  # fmt: skip

    def refuse(self, wrong: Wrong) -> None:
        """Show what the action had to say, where it belongs."""
        for name, why in wrong.problems:
            asked = (one for one in (name, ASKED + name, SECRET + name) if one in self.fields)
            words = {
                "id": gettext("This short name is taken, or it is none. Choose another one."),
                "address": gettext("Write an address that begins with https:// or http://."),
            }.get(name, why)
            self.add_error(next(asked, None), words)


def _name(setting: Setting) -> str:
    return (SECRET if setting.kind == "secret" else ASKED) + setting.name


def _field(setting: Setting, source: Source | None) -> forms.Field:
    shared: dict[str, Any] = {"label": said(setting.label), "help_text": said(setting.help)}
    shared["required"] = setting.required and setting.kind != "secret"
    answers = source.answers if source else {}
    current = answers.get(setting.name, setting.default)
    choices = [(name, said(label)) for name, label in setting.choices]
    if setting.kind == "secret":
        return _secret(setting, source, shared)
    if setting.kind == "yes_no":
        yes_no = [("yes", gettext("Yes")), ("no", gettext("No"))]
        initial = "yes" if current in (True, "yes", "true", "on", "1") else "no"
        return forms.ChoiceField(choices=yes_no, initial=initial, **{**shared, "required": False})
    if setting.kind == "choice":
        start = [] if setting.required or setting.default else [("", "—")]
        return forms.ChoiceField(choices=[*start, *choices], initial=current, **shared)
    if setting.kind == "choices":
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, initial=current or [], widget=boxes, **shared)
    if setting.kind == "language":
        known = [("", "—"), *((tag, NAMES[tag]) for tag in LANGUAGES)]
        more = [(current, current)] if current and current not in LANGUAGES else []
        return forms.ChoiceField(choices=[*known, *more], initial=current, **shared)
    if setting.kind == "number":
        return forms.IntegerField(initial=current or None, min_value=0, max_value=999_999_999, **shared)
    return forms.CharField(initial=current, max_length=2_000, **shared)


def _secret(setting: Setting, source: Source | None, shared: dict[str, Any]) -> forms.Field:
    """A secret is never shown again, not even to who typed it."""
    kept = gettext("It is kept sealed and never shown again. Leave it empty to keep it as it is.")
    shared["help_text"] = " ".join(filter(None, (shared["help_text"], kept)))
    shared["required"] = setting.required and source is None
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"})
    return forms.CharField(max_length=2_000, widget=widget, **shared)


def told_settings(door: Door, source: Source) -> Iterator[tuple[str, str]]:
    """The settings of a source in words, without its secrets."""
    for setting in door.settings:
        value = source.answers.get(setting.name)
        if setting.kind in ("secret", "mapping") or value in (None, "", []):
            continue
        named = {name: said(label) for name, label in setting.choices}
        if setting.kind == "yes_no":
            text = gettext("Yes") if value is True else gettext("No")
        elif isinstance(value, list):
            text = ", ".join(named.get(str(one), str(one)) for one in value)
        else:
            text = (
                NAMES.get(str(value), str(value)) if setting.kind == "language" else named.get(str(value), str(value))
            )
        yield said(setting.label), text
