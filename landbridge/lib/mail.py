"""Mail on a node without a mail server: each letter becomes a file that the operator can read."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def one_line(text: str) -> str:
    """Text as it may stand in a header: whatever breaks a line or steers a terminal becomes a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


class FolderBackend(BaseEmailBackend):
    """Writes every letter to a file of its own. The folder opens to the node's account only: letters hold secrets."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(4)}.eml"
            file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as letter:
                letter.write(message.message().as_bytes())
        return len(email_messages)
