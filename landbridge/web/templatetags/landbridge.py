"""Tags and filters of the templates."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from landbridge.lib.languages import direction
from landbridge.web import labels

register = template.Library()

register.filter("number", labels.number)
register.filter("spelled", labels.spelled)
register.filter("format_name", labels.format_name)
register.filter("format_plural", labels.format_plural)
register.filter("criterion_name", labels.criterion_name)
register.filter("language_name", labels.language_name)
register.filter("place_name", labels.place_name)
register.filter("side", labels.side)
register.filter("said", labels.said)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A sign of the sprite; it only repeats what a word says, so that it is hidden from screen readers."""
    drawn = '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>'
    return format_html(drawn, extra, name)


@register.filter
def in_its_language(tag: str) -> SafeString:
    """The attributes of an element whose text is in this language; none where it is the page's."""
    if not tag or tag == labels.reader_language():
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', tag, direction(tag))


@register.filter
def share(part: Any) -> str:
    """A criterion's share of a match in words: no bare percentages."""
    return labels.number(round(part * 100))
