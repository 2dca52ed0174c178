"""What stands about a person's notices on every page of their desk."""

from typing import Any

from django import template

from landbridge.parties import notices
from landbridge.parties.models import Account
from landbridge.registry.queries import RecordView
from landbridge.web import labels
from landbridge.web.freshness import badge

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: Any) -> str:
    """How many notices the person has not read, in their own digits; empty for none. One query."""
    account = context.get("account")
    count = notices.unread(account.pk) if isinstance(account, Account) else 0
    return labels.number(count) if count else ""


@register.simple_tag
def not_confirmed(view: RecordView) -> str:
    """Since when nobody has confirmed a record that should have been; empty for a fresh one."""
    return badge(view.confirm_by, view.confirmed_on or view.updated_at)
