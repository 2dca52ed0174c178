"""A real mail server for the tests: it keeps what it takes, and can refuse, break the line or be away."""

import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Office:
    """What happens at the server."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuse_recipient = ""
        self.on_data: Callable[[], str | None] | None = None

    async def handle_RCPT(  # noqa: N802 the name that the server asks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 as above
        assert isinstance(envelope.content, bytes)
        made: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append(made)
        answer = self.on_data() if self.on_data else None
        if answer == "break":
            transport: Any = server.transport
            transport.abort()
            return "451 gone"
        return answer or "250 OK"


class PostOffice:
    """The server, which can be opened and closed."""

    def __init__(self) -> None:
        self.office = Office()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller: Controller | None = None

    def open(self) -> None:
        self._controller = Controller(self.office, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def taken(self) -> list[EmailMessage]:
        return self.office.taken

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to somebody."""
        return [mail for mail in self.taken if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    """The text of a mail, which has no other part."""
    assert mail.get_content_type() == "text/plain"
    return str(mail.get_content())
