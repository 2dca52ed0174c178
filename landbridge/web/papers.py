"""The words of forms on paper, and what is said of documents that cannot be read as a whole or in part."""

from functools import cache

from django.utils.translation import gettext, override, pgettext

from landbridge.exchange.documents.filling import Unread
from landbridge.exchange.documents.wording import Words
from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.web.forms.rich import to_html, to_text
from landbridge.web.forms.uploads import refusal
from landbridge.web.labels import CHOICES, capital, language_name, place_name, said, term_label


@cache
def words_of(language: str) -> Words:
    """The words in one of our languages; English for any other."""
    tag = language if language in LANGUAGES else DEFAULT

    def within(message: str) -> str:
        with override(tag):
            return _said(message)

    def term(vocabulary: str, identifier: str) -> str:
        with override(tag):
            return (
                place_name(identifier) if vocabulary in ("countries", "regions") else term_label(vocabulary, identifier)
            )

    def tongue(of: str) -> str:
        with override(tag):
            return capital(language_name(of))

    return Words(
        language=tag, said=within, choices={value: within(label) for value, label in CHOICES.items()}, term=term,
        tongue=tongue, plain=to_text, rich=to_html,
    )  # fmt: skip


def _said(message: str) -> str:
    """A label of a format, or one of the few words that stand on paper only."""
    own = {
        "Name": pgettext("of a person", "Name"), "From": pgettext("day", "From"), "Until": pgettext("day", "Until"),
        "Question": gettext("Question"), "What is meant": gettext("What is meant"), "Answer": gettext("Answer"),
        "needed": gettext("needed"), "Choose from:": gettext("Choose from:"),
        "Fill in what you can; everything can be changed later. Then bring this file back to the page “From a text or "
        "file”.": gettext(
            "Fill in what you can; everything can be changed later. Then bring this file back to the page “From a text "
            "or file”."
        ),
        "Please leave this line: by it the form is known again.": gettext(
            "Please leave this line: by it the form is known again."
        ),
    }  # fmt: skip
    return own.get(message) or said(message)


def refused(code: str) -> str:
    """Why a document cannot be read, and what to do."""
    return {
        "encrypted": gettext("The file is locked with a password. Save it without one and try again."),
        "old-office": gettext("This is a file of an old Office program. Save it as DOCX or XLSX and try again."),
        "unknown-kind": gettext("Only DOCX, XLSX and PDF files can be read here."),
        "too-long": gettext("The document is too long to be read here. Bring the part that tells of this one thing."),
        "too-slow": gettext("The document takes too long to read. Save it anew in a simpler form and try again."),
        "busy": gettext("Many files are being read just now. Try again in a minute."),
    }.get(code) or refusal(code)


def unread(one: Unread) -> str:
    """What could not be read of a document, plainly."""
    told = {"question": one.what, "text": one.text}
    if one.code == "unknown-term":
        return gettext("%(question)s: “%(text)s” is not in the list of terms.") % told
    if one.code == "unknown-label":
        return gettext("“%(question)s” is no question of this form. It went into the description.") % told
    if one.code == "unknown-box":
        return gettext("“%(text)s” belongs to a question that this form does not have any more.") % told
    return _of_document(one) or gettext("%(question)s: “%(text)s” was not understood.") % told


def _of_document(one: Unread) -> str:
    return {
        "pictures": gettext("Pictures (%(count)s): what they show was not read.") % {"count": one.what},
        "pages": gettext("Pages without text: %(pages)s. They may be pictures of text.") % {"pages": one.what},
        "notes": gettext("Footnotes were not read."),
        "comments": gettext("Remarks of reviewers were not read."),
        "charts": gettext("Charts were not read."),
        "more-records": gettext("Only the first record of the table was read; it has %(count)s.") % {"count": one.what},
        "outside": gettext("What stood beside the boxes went into the description."),
        **dict.fromkeys(("rest", "rows", "sheets"), gettext("The end was not read: the document is too long.")),
    }.get(one.code, "")
