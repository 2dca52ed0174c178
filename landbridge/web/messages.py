"""Every text of the interface that wants a translation, from templates and programs, and the catalogues.

`python -m landbridge.web.messages` brings the catalogues in `locale/` up to date: new texts come in empty, those
that nobody uses any more go. A test fails while a text is empty in any language.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation import trim_whitespace

from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.web import labels

ROOT: Final = Path(__file__).parent
LOCALE: Final = ROOT / "locale"
_KEYWORDS: Final = {
    "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_TRANSLATE: Final = re.compile(r'^translate\s+"((?:[^"\\]|\\.)*)"(?:\s+context\s+"([^"]*)")?')
_BLOCK: Final = re.compile(r"^blocktranslate\b")
_CONTEXT: Final = re.compile(r'\bcontext\s+"([^"]*)"')


@dataclass(frozen=True)
class Message:
    """A text to translate: with a plural where it counts, with a context where one word means several things."""

    text: str
    plural: str = ""
    context: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        return self.text, self.context

    @property
    def id(self) -> str | tuple[str, str]:
        """As a catalogue names it."""
        return (self.text, self.plural) if self.plural else self.text


def in_templates() -> Iterator[Message]:
    """The texts of the templates."""
    for path in sorted(one for ending in ("*.html", "*.txt") for one in (ROOT / "templates").rglob(ending)):
        yield from _in_template(path.read_text(encoding="utf-8"))


def _in_template(source: str) -> Iterator[Message]:
    block: list[str] | None = None
    plural: list[str] | None = None
    head = ""
    for token in Lexer(source).tokenize():
        content = token.contents
        if block is None:
            if token.token_type == TokenType.BLOCK and (found := _TRANSLATE.match(content)):
                yield Message(found[1].replace('\\"', '"'), context=found[2])
            elif token.token_type == TokenType.BLOCK and _BLOCK.match(content):
                block, plural, head = [], None, content
        elif token.token_type == TokenType.BLOCK and content == "endblocktranslate":
            yield _block(head, block, plural)
            block = None
        elif token.token_type == TokenType.BLOCK and content == "plural":
            plural = []
        else:
            part = f"%({content})s" if token.token_type == TokenType.VAR else content.replace("%", "%%")
            (block if plural is None else plural).append(part)


def _block(head: str, block: list[str], plural: list[str] | None) -> Message:
    context = _CONTEXT.search(head)
    texts = ["".join(part) for part in (block, plural or [])]
    if "trimmed" in head.split():
        texts = [trim_whitespace(text) for text in texts]
    return Message(texts[0], texts[1], context[1] if context else None)


def in_programs() -> Iterator[Message]:
    """The texts of the Python files of this room."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.is_relative_to(ROOT / "api"):
            continue  # the API speaks English only
        for _, found, _, context in extract("python", BytesIO(path.read_bytes()), keywords=_KEYWORDS):
            text, plural = (found, "") if isinstance(found, str) else (found[0], found[1])
            yield Message(text, plural, context)


def in_doors() -> Iterator[Message]:
    """What the doors in ask for, which they mark in English and the pages show in the reader's language."""
    for path in sorted((ROOT.parent / "exchange" / "in_").rglob("*.py")):
        for _, found, _, _ in extract("python", BytesIO(path.read_bytes()), keywords={"gettext_noop": None}):
            yield Message(found if isinstance(found, str) else found[0])


def in_choices() -> Iterator[Message]:
    """The words for the fixed answers of the formats; their labels have catalogues of their own beside them."""
    for text in labels.CHOICES.values():
        yield Message(text)


def messages() -> list[Message]:
    """All texts, each once."""
    found: dict[tuple[str, str | None], Message] = {}
    for message in (*in_templates(), *in_programs(), *in_doors(), *in_choices()):
        known = found.get(message.key)
        if known is None or (message.plural and not known.plural):
            found[message.key] = message
    return list(found.values())


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands, empty when there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(language, project="Landbridge", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Bring a catalogue up to date: how many texts wait for a translation."""
    old = catalogue(language)
    new = Catalog(language, project="Landbridge", fuzzy=False, header_comment="# Texts of the pages of Landbridge.")
    for message in sorted(messages(), key=lambda one: (one.text, one.context or "")):
        known = old.get(message.id, message.context)
        new.add(message.id, known.string if known else "", context=message.context, flags=_flags(message))
    write(new, language)
    return sum(not is_complete(message.string) for message in new if message.id)


def _flags(message: Message) -> Sequence[str]:
    return ["python-format"] if re.search(r"%\(\w+\)s", message.text) else []


def is_complete(translation: object) -> bool:
    """Whether a translation is there, in all its plural forms."""
    forms = translation if isinstance(translation, list | tuple) else [translation]
    return bool(forms) and all(forms)


def write(made: Catalog, language: str) -> None:
    """Write a catalogue, without a date, so that it only changes when a text does."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, made, width=118, omit_header=False, sort_output=False)
    kept = [line for line in buffer.getvalue().splitlines(keepends=True) if not line.startswith(_DATED)]
    path.write_bytes(b"".join(kept))


_DATED: Final = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Generated-By')


def main() -> None:
    """Bring all catalogues up to date and say what is missing."""
    for language in LANGUAGES:
        if language != DEFAULT:
            print(language, "texts without a translation:", update(language))  # noqa: T201 a command of its own


if __name__ == "__main__":
    import django

    django.setup()
    main()
