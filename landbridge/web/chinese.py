"""Django and allauth know Chinese as zh_Hans; our tag for it is zh, as in the data. Their texts are read under ours."""

from gettext import GNUTranslations, translation
from typing import Any

from django.utils.translation.trans_real import DjangoTranslation


def read_under_our_tag() -> None:
    """Let the catalogues of the libraries be found: those in zh_Hans, wherever there is none in zh."""
    translations: Any = DjangoTranslation
    original = translations._new_gnu_trans

    def with_ours(self: Any, localedir: str, use_null_fallback: bool = True) -> Any:
        found = original(self, localedir, use_null_fallback)
        if self._DjangoTranslation__locale == "zh" and not isinstance(found, GNUTranslations):
            return translation(self.domain, localedir, languages=["zh_Hans"], fallback=use_null_fallback)
        return found

    translations._new_gnu_trans = with_ours
