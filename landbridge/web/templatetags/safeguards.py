"""What stands at the top of a record about its communities, and about the answers that not everybody sees."""

from typing import Any

from django import template
from django.http import HttpRequest

from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import choose
from landbridge.parties.permissions import Permission
from landbridge.registry.queries import RecordView
from landbridge.web.communities import labels_named
from landbridge.web.labels import listed, reader_language, said
from landbridge.web.people import account_of, standing

register = template.Library()


@register.inclusion_tag("parts/safeguards.html", takes_context=True)
def safeguards(context: Any, view: RecordView) -> dict[str, Any]:
    """Labels and their text as the community wrote it; what is kept back and how to ask for it, or why it is shown."""
    data, asked = view.data, questions(FORMATS[view.format])
    withheld = [name for name in data.get("withheld") or () if name in asked]
    texts = data.get("label_texts") or {}
    tag, text = choose(texts, view.language, view.language) if texts else ("", "")
    return {
        "labels": labels_named(data.get("tk_labels") or ()), "text_language": tag, "text": text,
        "text_is_foreign": tag and tag != reader_language(),
        "withheld": listed(said(asked[name].label) for name in withheld),
        "shown": any(name in data for name in withheld),
        "has_contacts": bool(data.get("contacts")), "email": context.get("node_email", ""),
        "vetting": f"/roster/experts/{view.id}" if _has_a_part(context, view) else "",
    }  # fmt: skip


def _has_a_part(context: Any, view: RecordView) -> bool:
    """Whether the reader nominates or vets experts, or is this one."""
    request = getattr(context, "request", None)
    if view.format != "expert" or not isinstance(request, HttpRequest) or account_of(request) is None:
        return False
    me = standing(request)
    is_own = view.owner is None and view.author == me.account_id
    return is_own or me.has_everywhere(Permission.VET) or bool(me.parties_with(Permission.NOMINATE))
