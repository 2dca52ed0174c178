"""What stands about a person's notices on every page of their desk."""

from typing import Any

from django import template

from landbridge.parties import notices
from landbridge.parties.models import Account
from landbridge.web import labels

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: Any) -> str:
    """How many notices the person has not read, in their own digits; empty for none. One query."""
    account = context.get("account")
    count = notices.unread(account.pk) if isinstance(account, Account) else 0
    return labels.number(count) if count else ""
