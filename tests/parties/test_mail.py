"""Letters: to a real mail server, into a folder, and what the environment may say of both."""

import os
import smtplib
import socket
import ssl
import stat
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.test import Client

from landbridge.lib.environment import identity_providers, letters, sender
from landbridge.parties.models import Invitation
from landbridge.registry.appointments import Appointments
from landbridge.web.accounts import send
from landbridge.web.invitations import InvitationMails, mail
from tests.cast import assemble


class Box:
    """A mail server's box: what came in, and who it came for."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], Any]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def box(settings: LazySettings) -> Any:
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    told = letters(f"smtp://127.0.0.1:{port}")
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = told["BACKEND"], told["HOST"], told["PORT"]
    yield box
    controller.stop()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_an_invitation_reaches_a_mail_server_in_its_language(box: Box, language: str) -> None:
    cast = assemble()
    place = {"en": "Fiji", "ru": "Фиджи", "ar": "فيجي"}
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.losa.account)
    posted = {"email": "sven@example.org", "role": "contributor", "language": language}
    assert client.post("/people/of/FJI/invite", posted).status_code == 302
    ((recipients, letter),) = box.letters
    assert recipients == ["sven@example.org"]
    assert letter["To"] == "sven@example.org"
    assert letter.get_content_type() == "text/plain"
    assert "http://127.0.0.1:8000/people/invitations/" in letter.get_content()
    assert "\n" not in letter["Subject"]
    assert place[language] in letter["Subject"]


@pytest.mark.django_db
def test_what_nobody_was_there_to_mail_is_mailed_by_the_clock_once(box: Box) -> None:
    from django.utils import timezone

    Invitation.objects.create(email="new@example.org", role="expert", digest="x", expires_at="2099-01-01T00:00Z")
    for _ in range(3):
        InvitationMails().run(timezone.now())
    assert [recipients for recipients, _ in box.letters] == [["new@example.org"]]
    assert not mail(Invitation.objects.get().pk), "it is begun once"
    assert Appointments().kind == "messenger"


def test_letters_become_files_that_only_the_node_reads(settings: LazySettings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = letters("folder")["BACKEND"], tmp_path / "mail"
    assert send(EmailMessage("Ваш код", "مرحبا", to=["sven@example.org"]))
    assert send(EmailMessage("Second", "x", to=["sven@example.org"]))
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    read = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert {letter["Subject"] for letter in read} == {"Ваш код", "Second"}


def test_a_letter_that_cannot_go_is_told_and_shows_nothing(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    told = letters("smtp://127.0.0.1:9")
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = told["BACKEND"], told["HOST"], told["PORT"]
    assert not send(EmailMessage("Your code", "ABCDEF", to=["sven@example.org"]))
    assert "ConnectionRefusedError" in caplog.text
    assert "ABCDEF" not in caplog.text and "sven" not in caplog.text
    assert issubclass(ssl.SSLError, OSError) and issubclass(smtplib.SMTPServerDisconnected, smtplib.SMTPException)


def test_what_the_environment_says_of_mail() -> None:
    told = letters("smtps://user%40x:p%3Ass@mail.example.org")
    assert (told["HOST"], told["PORT"], told["USE_SSL"], told["HOST_USER"], told["HOST_PASSWORD"]) == (
        "mail.example.org", 465, True, "user@x", "p:ss",
    )  # fmt: skip
    told = letters("smtp://mail.example.org:587?starttls")
    assert (told["PORT"], told["USE_TLS"], told["USE_SSL"]) == (587, True, False)
    assert sender("Landbridge <no-reply@example.org>") == "Landbridge <no-reply@example.org>"


@pytest.mark.parametrize("nonsense", ["", "mail.example.org", "http://x", "smtp://", "smtp://x:port", "smtp://x/path",
                                      "smtp://x?tls=1", "smtp://[::", "file", "smtp://x:99999"])  # fmt: skip
def test_nonsense_about_mail_is_loud_and_shows_no_pass_word(nonsense: str) -> None:
    with pytest.raises(ImproperlyConfigured) as problem:
        letters(nonsense.replace("smtp://x", "smtp://user:hidden@x"))
    assert "hidden" not in str(problem.value)


@pytest.mark.parametrize("nonsense", ["nobody", "a@b\nBcc: c@d", "@", "a b@c d", ""])
def test_nonsense_about_the_sender_is_loud(nonsense: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        sender(nonsense)


def test_identity_providers_by_name() -> None:
    both = identity_providers("Ministry of Fiji|id|s|https://id.example.org; UN|id2|s2|https://un.example.org/x")
    assert [app["provider_id"] for app in both] == ["ministry-of-fiji", "un"]
    assert both[0]["name"] == "Ministry of Fiji"
    assert identity_providers("") == []


@pytest.mark.parametrize("nonsense", ["UN", "UN|id|s3cret", "UN|id|s3cret|un.example.org", "UN|id|s3cret|http://un.org",
                                      "|id|s3cret|https://x", "UN|id|s3cret|https://x;un|id|s3cret|https://y",
                                      "部|id|s3cret|https://x", "UN|id|s3cret|https://[::"])  # fmt: skip
def test_nonsense_about_identity_providers_is_loud_and_shows_no_secret(nonsense: str) -> None:
    with pytest.raises(ImproperlyConfigured) as problem:
        identity_providers(nonsense)
    assert "s3cret" not in str(problem.value)


def test_a_node_starts_without_what_only_a_door_needs(tmp_path: Path) -> None:
    """Passkeys, pictures of codes and identity providers take 25 MB together; a node that serves readers has none."""
    program = (
        "import os, sys, django; django.setup(); import landbridge.wsgi, landbridge.urls;"
        "print([name for name in ('fido2', 'requests', 'qrcode', 'cryptography', 'jwt') if name in sys.modules])"
    )
    told = {"DJANGO_SETTINGS_MODULE": "landbridge.settings", "LANDBRIDGE_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True,
                          timeout=120, check=True)  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.django_db
def test_a_node_with_a_provider_offers_it(tmp_path: Path) -> None:
    """Providers are read when the settings are, so that a process of its own is asked."""
    program = (
        "import django; django.setup(); from django.test import Client;"
        "from django.core.management import call_command; call_command('migrate', verbosity=0);"
        "print(Client(headers={'host': 'localhost'}).get('/account/login/').content.decode())"
    )
    told = {"DJANGO_SETTINGS_MODULE": "landbridge.settings", "LANDBRIDGE_DATA": str(tmp_path), "DATABASE_URL": "",
            "LANDBRIDGE_OIDC": "Ministry|id|s3cret|https://id.example.org"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert "/account/oidc/ministry/login/" in done.stdout, done.stderr[-2000:]
    assert "s3cret" not in done.stdout
