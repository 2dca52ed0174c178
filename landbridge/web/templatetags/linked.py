"""What a page says of itself to machines that read it."""

from html import unescape
from typing import Any

from django import template
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString

from landbridge.exchange.out.linked import jsonld, pages

register = template.Library()


@register.simple_tag(takes_context=True)
def linked_page(context: Context) -> SafeString:
    """The page as JSON-LD: `linked` where the view has made it, else what every page can say. Pages of those who are
    signed in are for themselves alone."""
    if context.get("account"):
        return SafeString("")
    made: Any = context.get("linked")
    if made:
        return made if isinstance(made, SafeString) else jsonld.in_page(made)
    items: Any = context.get("linked_items") or ()
    total: Any = context.get("linked_total") or 0
    return jsonld.in_page(pages.page(context["canonical"], _title(context), context["language"], items, total))


def _title(context: Context) -> str:
    """What stands in the title of the page, whichever template says it."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    return " ".join(unescape(str(block.nodelist.render(context))).split())
