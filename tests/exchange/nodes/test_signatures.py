"""Requests that prove who sends them: our own, other people's library, the example of the standard, and forgeries."""

import base64
import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from landbridge.exchange.nodes.signatures import Asked, Unproven, base_of, body_digest, proven, sign
from landbridge.exchange.signing import decode, public_text

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_text(KEY.public_key())
NOW = 1_790_000_000


def asked(method: str = "GET", query: str = "since=4", body: bytes = b"") -> Asked:
    plain = Asked(method, "chm.example", "/exchange/statements", query, {}, body)
    return replace(plain, headers=sign(plain, "https://togo.example", "a" * 64, KEY, NOW))


def test_the_example_of_the_standard() -> None:
    """RFC 9421, B.2.6, with the key of B.1.4."""
    headers = {"date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-type": "application/json", "content-length": "18"}
    request = Asked("POST", "example.com", "/foo", "param=Value&Pet=dog", headers)
    parameters = ('("date" "@method" "@path" "@authority" "content-type" "content-length")'
                  ';created=1618884473;keyid="test-key-ed25519"')  # fmt: skip
    components = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    public = decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
    Ed25519PublicKey.from_public_bytes(public).verify(signature, base_of(request, components, parameters))


def test_what_is_signed_is_proven_once_and_for_a_while() -> None:
    for request in (asked(), asked(query=""), asked("POST", "", b"{}\n")):
        for moment in (NOW, NOW + 299, NOW - 299):
            assert proven(request, PUBLIC, moment).key == "a" * 64
        for moment in (NOW + 306, NOW - 301, NOW + 86_400):
            with pytest.raises(Unproven, match="clocks"):
                proven(request, PUBLIC, moment)


def test_a_usual_port_may_be_told_or_not() -> None:
    request = asked()
    assert proven(replace(request, authority="CHM.example:443"), PUBLIC, NOW).key == "a" * 64
    with pytest.raises(Unproven):
        proven(replace(request, authority="chm.example:8443"), PUBLIC, NOW)


def test_whatever_is_changed_is_noticed() -> None:
    request = asked("POST", "a=1", b"line")
    told = dict(request.headers)
    node = "landbridge-node"
    changed = [
        replace(request, method="PUT"), replace(request, authority="evil.example"), replace(request, path="/other"),
        replace(request, query="a=2"), replace(request, body=b"lime"),
        replace(request, headers={**told, node: "https://evil.example"}),
        replace(request, headers={**told, "content-digest": body_digest(b"lime")}),
        replace(request, body=b"lime", headers={**told, "content-digest": body_digest(b"lime")}),
        replace(request, headers={name: value for name, value in told.items() if name != node}),
    ]  # fmt: skip
    for said, other in (
        ("created=", "created=1"), ("nonce=", 'nonce="x'), ("landbridge", "landbridge2"), ('"@query" ', ""),
        ('"@method"', '"@method";sf'), ("sig1", "sig2"), ("ed25519", "hmac-sha256"), ("expires=", "other="),
    ):  # fmt: skip
        changed.append(
            replace(request, headers={**told, "signature-input": told["signature-input"].replace(said, other, 1)})
        )
    for value in ("", "sig1=:AAAA:", "sig1=x", "sig1=::", "x" * 5000, told["signature"] + ", sig2=:AAAA:"):
        changed.append(replace(request, headers={**told, "signature": value}))
    for one in changed:
        with pytest.raises(Unproven):
            proven(one, PUBLIC, NOW)
    with pytest.raises(Unproven):
        proven(request, public_text(Ed25519PrivateKey.generate().public_key()), NOW)


def test_a_body_that_is_not_signed_is_refused() -> None:
    with pytest.raises(Unproven, match="content-digest"):
        proven(replace(asked(), body=b"smuggled"), PUBLIC, NOW)


def test_another_library_verifies_our_requests() -> None:
    library = pytest.importorskip("http_message_signatures")

    class Keys(library.HTTPSignatureKeyResolver):  # type: ignore[misc, name-defined]
        def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
            return KEY.public_key()

        def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
            raise LookupError

    verifier = library.HTTPMessageVerifier(signature_algorithm=library.algorithms.ED25519, key_resolver=Keys())
    for method, body in (("GET", b""), ("POST", b'{"a":1}\n')):
        plain = Asked(method, "chm.example", "/exchange/statements", "since=4", {}, body)
        proof = sign(plain, "https://togo.example", "a" * 64, KEY, time.time())
        headers = {name.title(): value for name, value in proof.items()}
        url = "https://chm.example/exchange/statements?since=4"
        found = verifier.verify(SimpleNamespace(method=method, url=url, headers=headers),
                                max_age=timedelta(minutes=5), expect_tag="landbridge", body=body or None)  # fmt: skip
        assert found[0].covered_components['"@authority"'] == "chm.example"
        assert ('"content-digest"' in found[0].covered_components) == bool(body)
