"""Tags of the pages of accounts and people."""

from typing import Any

import orjson
from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

from landbridge.web.assets import asset
from landbridge.web.role_names import kind_name, method_name, party_name, role_about, role_name

register = template.Library()
register.filter("role_name", role_name)
register.filter("role_about", role_about)
register.filter("kind_name", kind_name)
register.filter("party_name", party_name)
register.filter("method_name", method_name)


@register.filter
def bare(field: BoundField) -> SafeString:
    """The control of a field without a placeholder: the label above it says what belongs there."""
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget()


@register.filter
def as_json(value: Any) -> str:
    """Data for a script, as the value of an attribute: no script stands in a page, not even one that holds data."""
    return orjson.dumps(value).decode()


@register.simple_tag
def passkeys_script() -> str:
    """Where the script is that asks the browser for a passkey."""
    return asset("passkeys.js").address


@register.simple_tag
def mail_leaves() -> bool:
    """Whether letters leave this node."""
    return bool(settings.MAIL_LEAVES)
