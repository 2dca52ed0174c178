"""Groups of answers that can be repeated: add, remove and move rows with plain buttons."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.web.forms.asked import NOTHING, Asked
from landbridge.web.labels import number

Draw = Callable[[Any, str], SafeString]


def rows(asked: Asked, path: str, answers: Sequence[Any], one: Draw) -> SafeString:
    """The rows there are, and an empty one where there is none or one more was asked for."""
    if asked.translating:
        return _row_list(path, [one(answer, f"{path}.{at}") for at, answer in enumerate(answers)], handles=False)
    filled = [*answers, *([None] if not answers or asked.more == path else [])]
    drawn = [one(answer, f"{path}.{at}") for at, answer in enumerate(filled)]
    add = format_html(
        '<p><button class="small" name="_do" value="add:{}">{}</button></p>', path, gettext("Add another")
    )
    return format_html("{}{}", _row_list(path, drawn, handles=bool(answers)), add)


def _row_list(path: str, drawn: Sequence[SafeString], *, handles: bool) -> SafeString:
    several = len(drawn) > 1
    lines = ((path, at, one, _handles(path, at, len(drawn), several) if handles else NOTHING)
             for at, one in enumerate(drawn))  # fmt: skip
    each = format_html_join("", '<li class="row" id="f-{}.{}" tabindex="-1">{}{}</li>', lines)
    return format_html('<ol class="q-rows" data-rows="{}">{}</ol>', path, each)


def _handles(path: str, at: int, count: int, several: bool) -> SafeString:
    moves = [("remove", gettext("Remove row %(number)s"))]
    if several and at:
        moves.append(("up", gettext("Move row %(number)s up")))
    if several and at < count - 1:
        moves.append(("down", gettext("Move row %(number)s down")))
    drawn = ((verb, path, at, label % {"number": number(at + 1)}) for verb, label in moves)
    buttons = format_html_join(" ", '<button class="small" name="_do" value="{}:{}:{}">{}</button>', drawn)
    return format_html('<p class="row-handles">{}</p>', buttons)
