"""What the environment says of the doors to the outside: mail, and those who know people already. Nonsense is loud."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def letters(url: str) -> dict[str, Any]:
    """Where letters go: smtp://user:pass@host:port, smtps://… (encrypted from the first byte), or `folder`."""
    if url == "folder":
        return {"BACKEND": "landbridge.lib.mail.FolderBackend"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ImproperlyConfigured("LANDBRIDGE_MAIL must be smtp://user:pass@host:port, smtps://… or the word folder.")
    if parts.query not in ("", "starttls"):
        raise ImproperlyConfigured("LANDBRIDGE_MAIL: only ?starttls may follow the host.")
    is_smtps = parts.scheme == "smtps"
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "HOST": parts.hostname, "PORT": port or (465 if is_smtps else 25), "USE_SSL": is_smtps,
        "HOST_USER": unquote(parts.username or ""), "HOST_PASSWORD": unquote(parts.password or ""),
        "USE_TLS": parts.query == "starttls",
    }  # fmt: skip


def sender(text: str) -> str:
    """Who letters come from: an address, or a name with an address in angle brackets."""
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not text.isprintable():
        raise ImproperlyConfigured(f"LANDBRIDGE_MAIL_FROM is {text!r}; write address@host or Name <address@host>.")
    return text


def identity_providers(text: str) -> list[dict[str, Any]]:
    """Where people may sign in from: name|client_id|secret|discovery-url, several of them joined by semicolons."""
    apps: list[dict[str, Any]] = []
    for at, entry in enumerate(filter(None, (part.strip() for part in text.split(";"))), start=1):
        parts = [part.strip() for part in entry.split("|")]
        if len(parts) != 4 or not all(parts):
            # The entry holds a secret: it is named by its place and never shown.
            raise ImproperlyConfigured(f"LANDBRIDGE_OIDC: entry {at} must be name|client_id|secret|discovery-url.")
        name, client, secret, address = parts
        key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if not key or not _is_discovery(address):
            raise ImproperlyConfigured(f"LANDBRIDGE_OIDC: entry {at} needs a Latin name and a whole https:// address.")
        if key in [app["provider_id"] for app in apps]:
            raise ImproperlyConfigured(f"LANDBRIDGE_OIDC names {key!r} twice.")
        apps.append({"provider_id": key, "name": name, "client_id": client, "secret": secret,
                     "settings": {"server_url": address, "oauth_pkce_enabled": True}})  # fmt: skip
    return apps


def _is_discovery(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_local = parts.hostname in ("localhost", "127.0.0.1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))


def dois(url: str) -> dict[str, Any]:
    """Who registers DOIs: https://REPOSITORY:PASSWORD@api.datacite.org/10.12345; nothing when nobody does."""
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        host = parts.hostname + (f":{parts.port}" if parts.port else "") if parts.hostname else ""
    except ValueError:
        parts, host = urlsplit(""), ""
    prefix = parts.path.strip("/")
    is_whole = parts.scheme == "https" and host and parts.username and parts.password
    if not is_whole or not re.fullmatch(r"10\.\d{4,9}", prefix) or parts.query or parts.fragment:
        # It holds a password: what was written is never shown.
        raise ImproperlyConfigured("LANDBRIDGE_DOI must be https://REPOSITORY:PASSWORD@api.datacite.org/10.12345.")
    return {
        "api": f"https://{host}", "prefix": prefix, "repository": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }  # fmt: skip


def iati(text: str) -> dict[str, str]:
    """The identifier of an organisation in IATI and its type, such as XM-DAC-12345 40; nothing when there is none."""
    if not text:
        return {}
    found = re.fullmatch(r"([A-Z]{2,5}-[A-Za-z0-9][A-Za-z0-9._-]{1,90})(?: ([1-9]\d))?", text.strip())
    if found is None:
        raise ImproperlyConfigured("LANDBRIDGE_IATI must be an identifier and a type, such as XM-DAC-12345 40.")
    return {"ref": found[1], "type": found[2] or "90"}


def networks(name: str, text: str) -> Sequence[IPv4Network | IPv6Network]:
    """Networks such as 10.0.0.0/8 or single addresses, separated by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}; write networks such as 10.1.0.0/16, separated by commas."
        ) from None
