"""Addresses that hold a secret, and a log that does not repeat it: logs are read by more people than letters."""

import logging
import re
from typing import Final

SECRET_ADDRESSES: Final = (
    "/confirm/", "/notices/stop/", "/desk/feed/", "/people/invitations/", "/account/confirm-email/",
    "/account/password/reset/key/",
)  # fmt: skip
"""What stands behind these opens something by itself."""
_IN_ADDRESS: Final = re.compile(rf"({'|'.join(map(re.escape, SECRET_ADDRESSES))})[^\s\"'?<>]+")
_IN_QUERY: Final = re.compile(r"([?&](?:key|code|token|secret|state|password|csrfmiddlewaretoken)=)[^&\s\"'<>]+")
_KEYS: Final = re.compile(r"lb_[\w%-]{8,}")


def without_keys(text: str) -> str:
    """The text with every key of the API in it made useless."""
    return _KEYS.sub("lb_…", text)


def without_secrets(text: str) -> str:
    """A line of a log with an ellipsis in the place of each secret."""
    text = _IN_ADDRESS.sub(r"\1…", text)
    return without_keys(_IN_QUERY.sub(r"\1…", text))


class Discreet(logging.Formatter):
    """Writes lines without the secrets that stand in addresses, also in those of an error's traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return without_secrets(super().format(record))


def is_secret(path: str) -> bool:
    """Whether the address itself is a secret."""
    return path.startswith(SECRET_ADDRESSES)
