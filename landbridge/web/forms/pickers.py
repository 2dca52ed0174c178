"""Fields to choose terms, places and parties: boxes where all can be seen, else typing and looking up."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.formats.fields import Question, Terms
from landbridge.web.forms.asked import NOTHING, Asked, Found, check, compound, described, listed, single, words
from landbridge.web.forms.choices import AT_SIGHT, all_of, candidates, label_of, size

SelectOf = Callable[[Asked, str, Question, Iterable[tuple[str, str]], str], SafeString]
LOOKED_UP: Final = 3
"""Texts that are looked up at once on a page without a script."""


def boxes(question: Terms, answer: Any, path: str) -> Iterable[SafeString]:
    """A box for each term; what was chosen and is no term any more stays to be seen."""
    chosen = list(map(words, listed(answer)))
    known = set()
    for kept, label, is_below in all_of(question):
        known.add(kept)
        yield check(path, kept, label, kept in chosen, extra="below" if is_below else "")
    yield from (check(path, one, one, True) for one in chosen if one and one not in known)


def one_term(question: Terms, answer: Any, path: str, asked: Asked, select: SelectOf) -> SafeString:
    """One of a list; of a long one by typing its name, with suggestions."""
    if size(question) <= AT_SIGHT:
        return single(
            asked, path, question,
            select(asked, path, question, ((kept, label) for kept, label, _ in all_of(question)), words(answer)),
        )  # fmt: skip
    typed = words(answer)
    shown = label_of(question, typed) or typed
    control = format_html(
        '<input type="text" id="f-{0}" name="{0}" value="{1}" list="d-{2}" autocomplete="off"{3}>',
        path, shown, question.vocabularies[0], described(asked, path, question),
    )  # fmt: skip
    return single(asked, path, question, control)


def many_terms(question: Terms, answer: Any, path: str, asked: Asked) -> SafeString:
    """What is chosen as tags to take away, and a field to find more by typing in any language."""
    given = list(dict.fromkeys(filter(None, map(words, listed(answer)))))
    chosen = [(one, label) for one in given if (label := label_of(question, one)) is not None]
    unknown = [one for one in given if label_of(question, one) is None]
    found = {text: candidates(question, text) for text in unknown[:LOOKED_UP]}
    vocabularies = ",".join(question.vocabularies)
    controls = picker(path, chosen, unknown, found, f"/write/terms/{vocabularies}", vocabularies)
    return compound(asked, path, question, controls, "picker")


def parties(question: Question, answer: Any, path: str, asked: Asked) -> SafeString:
    """Parties, organisations and communities by name."""
    given = list(dict.fromkeys(filter(None, map(words, listed(answer)))))
    chosen = [(one, asked.parties[one]) for one in given if one in asked.parties]
    unknown = [one for one in given if one not in asked.parties]
    found = {text: asked.those(text) for text in unknown[:LOOKED_UP]}
    return compound(asked, path, question, picker(path, chosen, unknown, found, "/write/parties"), "picker")


def picker(
    path: str,
    chosen: Iterable[Found],
    unknown: Iterable[str],
    found: dict[str, list[Found]],
    address: str,
    vocabularies: str = "",
) -> SafeString:
    """The controls of a picker: tags, a field that a script makes a list of suggestions, and what was found."""
    tags = format_html_join("", "{}", ((check(path, kept, label, True, extra="chosen"),) for kept, label in chosen))
    whole = (format_html(' <a class="fine" href="/vocabularies/{}">{}</a>', vocabularies, gettext("See the whole list"))
             if vocabularies and "," not in vocabularies else NOTHING)  # fmt: skip
    return format_html(
        '<div class="tags" data-chosen>{}</div><div class="lookup"><label for="f-{}.find">{}</label>'
        '<input type="text" id="f-{}.find" name="{}.find" value="{}" autocomplete="off" data-look="{}">'
        '<button class="small" name="_do" value="find:{}">{}</button></div>{}{}',
        tags, path, gettext("Add by name, in any language"), path, path, ", ".join(unknown), address,
        path, gettext("Look up"), _candidates(path, found), whole,
    )  # fmt: skip


def _candidates(path: str, found: dict[str, list[Found]]) -> SafeString:
    return format_html_join("", "{}", ((_of(path, text, those),) for text, those in found.items()))


def _of(path: str, text: str, those: list[Found]) -> SafeString:
    if not those:
        nothing = gettext("Nothing found for “%(text)s”. Try another word or another language.")
        return format_html('<p class="found">{}</p>', nothing % {"text": text})
    head = gettext("Found for “%(text)s”: tick what fits.") % {"text": text}
    ticks = format_html_join("", "{}", ((check(path, kept, label, False),) for kept, label in those))
    return format_html('<div class="found"><p>{}</p>{}</div>', head, ticks)
