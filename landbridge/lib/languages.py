"""The six languages of the interface and of the data, and the rules for any other language tag."""

import re
from typing import Final

LANGUAGES: Final = ("ar", "en", "es", "fr", "ru", "zh")
"""The six official languages of the United Nations, in their English alphabetical order."""

NAMES: Final = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
"""Each language in its own script: what a reader looks for in a list of languages."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ur", "he", "ps", "sd", "ug", "dv", "ckb"})

DEFAULT: Final = "en"

TAG_PATTERN: Final = "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
"""A language tag as a regular expression that JSON Schema understands as well."""
_TAG = re.compile(TAG_PATTERN.strip("^$"))


def is_language_tag(tag: str) -> bool:
    """Whether `tag` has the form of a BCP 47 tag as we keep them: `fr`, `sw`, `zh-Hant`, `pt-BR`."""
    return _TAG.fullmatch(tag) is not None


def primary(tag: str) -> str:
    """The language of a tag without script or region: `zh-Hant` gives `zh`."""
    return tag.split("-", 1)[0].lower()


def direction(tag: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return "rtl" if primary(tag) in RIGHT_TO_LEFT else "ltr"


def choose(texts: dict[str, str], wanted: str, original: str | None = None) -> tuple[str, str]:
    """The best language of `texts` for a reader of `wanted`: (tag, text), or ("", "") when there is none.

    The reader's language first, then the original, then English, then whatever there is.
    """
    for tag in (wanted, original, DEFAULT):
        if tag and texts.get(tag):
            return tag, texts[tag]
    for tag, text in texts.items():
        if text:
            return tag, text
    return "", ""
