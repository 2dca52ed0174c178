"""Links of the node made into links of the folder: to pages that are there; what is not there stays as plain words."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_LINK: Final = re.compile(r'<a\b([^>]*?)\shref="(/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
Resolve = Callable[[str], str]
"""An address of the node to a relative one, or to nothing where the folder does not have it."""


def relinked(html: SafeString, resolve: Resolve) -> SafeString:
    """The same HTML with links that work without a node."""

    def changed(found: "re.Match[str]") -> str:
        before, address, after, inner = found.groups()
        target = resolve(unquote(address))
        if target:
            return f'<a{before} href="{escape(target)}"{after}>{inner}</a>'
        marks = f"{before}{after}".replace(" download", "")
        return f"<span{marks}>{inner}</span>"

    return mark_safe(_LINK.sub(changed, html))  # noqa: S308 - from safe HTML, and what comes in is escaped
