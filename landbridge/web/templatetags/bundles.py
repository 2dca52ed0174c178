"""What became of something in a bundle, in the reader's words."""

from django import template
from django.utils.translation import gettext, pgettext

register = template.Library()


@register.filter
def outcome(code: str) -> str:
    """A code of a report."""
    return {
        "new": pgettext("of a bundle", "New"), "changed": pgettext("of a bundle", "Changed"),
        "gone": pgettext("of a bundle", "Gone"), "same": gettext("The same as here"),
        "older": gettext("Older than here"), "skipped": gettext("Outside of what we take"),
        "refused": gettext("Not taken in"), "merged": gettext("Merged with what changed here"),
        "conflict": gettext("Both sides changed it: choose"), "waits": gettext("Waits for the help desk"),
        "confirmed": gettext("Confirmed as still true"), "remark": gettext("Kept as a remark"),
        "record": gettext("Records written"), "confirm": gettext("Still true"), "comment": gettext("Remark"),
        "interest": gettext("Interest"), "change": gettext("Proposed change"),
    }.get(code, code)  # fmt: skip
