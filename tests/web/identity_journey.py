"""A journey to an identity provider and back, as a process of its own: which providers there are is read at the start.

The provider is a small server here that speaks OpenID Connect: discovery, token, and what it knows of the person.
"""

import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PERSON: dict[str, Any] = {"sub": "s-1", "name": "Losa", "email": "Losa@example.org", "email_verified": True}
ASKED: list[tuple[str, str]] = []


class Provider(BaseHTTPRequestHandler):
    """Answers as a provider does."""

    def do_GET(self) -> None:
        base = f"http://localhost:{self.server.server_port}"  # type: ignore[attr-defined]
        ASKED.append(("GET", self.path))
        if self.path.startswith("/.well-known/"):
            self._say({"issuer": base, "authorization_endpoint": f"{base}/authorize", "jwks_uri": f"{base}/keys",
                       "token_endpoint": f"{base}/token", "userinfo_endpoint": f"{base}/me"})  # fmt: skip
        else:
            self._say(PERSON)

    def do_POST(self) -> None:
        ASKED.append(("POST", self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._say({"access_token": "access", "token_type": "Bearer"})

    def _say(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def travel(client: Any, next_page: str = "/people") -> Any:
    """To the provider, who sends the person back at once."""
    page = client.post(f"/account/oidc/ministry/login/?process=login&next={next_page}")
    assert page.status_code == 200, page.status_code
    onward = re.search(r'href="([^"]*authorize[^"]*)"', page.content.decode())
    assert onward is not None
    asked = parse_qs(urlsplit(onward[1].replace("&amp;", "&")).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"][0].endswith("/account/oidc/ministry/login/callback/")
    return client.get(f"/account/oidc/ministry/login/callback/?code=c&state={asked['state'][0]}")


def journey(provider: ThreadingHTTPServer) -> None:
    """What happens, in order; an assertion that fails ends the process."""
    from django.core.management import call_command
    from django.test import Client

    from landbridge.parties.accounts import open_account
    from landbridge.parties.models import Account, SignIn

    call_command("migrate", verbosity=0)
    new = lambda: Client(headers={"host": "localhost"})  # noqa: E731
    answer = travel(new())
    assert (answer.status_code, answer["Location"]) == (302, "/people"), answer.content[:2000]
    account = Account.objects.get()
    assert (account.email, account.name) == ("losa@example.org", "Losa")
    assert SignIn.objects.get().method == "socialaccount"
    assert travel(new())["Location"] == "/people"
    assert Account.objects.count() == 1
    assert any("code_verifier" in body for verb, body in ASKED if verb == "POST")

    open_account(email="sven@example.org")
    PERSON.update(sub="s-2", email="sven@example.org")
    stranger = new()
    answer = travel(stranger)
    assert answer["Location"].startswith("/account/"), "an address that has an account is not simply taken over"
    assert stranger.get("/account").status_code == 302

    forged = new().get("/account/oidc/ministry/login/callback/?code=c&state=forged")
    assert forged.status_code in (200, 401, 403), forged.status_code
    assert new().get("/account/oidc/ministry/login/").status_code == 405
    assert new().post("/account/oidc/nobody/login/").status_code == 404
    provider.shutdown()
    provider.server_close()
    away = new().post("/account/oidc/ministry/login/")
    assert away.status_code == 503, "a provider that is away is told of"
    sys.stdout.write("arrived")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("localhost", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["LANDBRIDGE_OIDC"] = f"Ministry|node|s3cret|http://localhost:{server.server_port}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "landbridge.settings"
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["localhost"]
    journey(server)
    sys.exit(0)
