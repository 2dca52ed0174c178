"""Requests that prove who sends them: HTTP message signatures (RFC 9421, Ed25519) with a digest of the body (RFC 9530).

What is signed: method, host, path, query, the address of the sender and the body. Each carries a moment and a number,
and counts once. The server signs nothing: what it gives is signed by those who said it.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from landbridge.exchange.signing import is_signed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NODE: Final = "landbridge-node"
"""The header with the address of the node that asks."""
TAG: Final = "landbridge"
SECONDS: Final = 300
"""How long a signed request holds, and how far the clocks may differ."""
_BARE: Final = ("@method", "@authority", "@path", "@query", NODE)
_WITH_BODY: Final = (*_BARE, "content-digest")
_LONGEST: Final = 2_000
_INPUT: Final = re.compile(r'([a-z0-9_*.-]{1,30})=(\(("[a-z0-9@-]{1,40}"( "[a-z0-9@-]{1,40}")*)?\)(;[^,]{1,600})?)')
_PARAMETER: Final = re.compile(r';([a-z]{1,20})=("[^"\\]{0,200}"|\d{1,12})')
_SIGNATURE: Final = re.compile(r"([a-z0-9_*.-]{1,30})=:([A-Za-z0-9+/=]{1,200}):")


class Unproven(PermissionError):
    """The request does not prove that it is from the node that it names."""


@dataclass(frozen=True)
class Asked:
    """A request, as far as it is signed."""

    method: str
    authority: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""
    body: bytes = b""

    def value(self, name: str) -> str:
        """The value of a component, as RFC 9421 writes it.

        Raises:
            Unproven: there is none of this name.
        """
        # A usual port may be told or not, as proxies and libraries like it.
        authority = re.sub(r":(80|443)$", "", self.authority.lower())
        derived = {"@method": self.method.upper(), "@authority": authority, "@path": self.path or "/",
                   "@query": f"?{self.query}"}  # fmt: skip
        if name in derived:
            return derived[name]
        if name.startswith("@") or name not in self.headers:
            raise Unproven(f"The signature covers {name[:40]}, which is not there.")
        return " ".join(self.headers[name].split())


@dataclass(frozen=True)
class Proof:
    """What a signature says of itself; `nonce` is still to be looked up."""

    key: str
    created: int
    expires: int
    nonce: str


def base_of(asked: Asked, components: Sequence[str], parameters: str) -> bytes:
    """What is signed (RFC 9421, 2.5)."""
    lines = [f'"{name}": {asked.value(name)}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def body_digest(body: bytes) -> str:
    """The value of the header Content-Digest."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign(asked: Asked, node: str, key: str, private: "Ed25519PrivateKey", now: float) -> dict[str, str]:
    """The headers that prove a request; `now` by the clock of the server."""
    proving = {NODE: node, **({"content-digest": body_digest(asked.body)} if asked.body else {})}
    components = _WITH_BODY if asked.body else _BARE
    parameters = (
        f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in components)});created={int(now)};"
        f'expires={int(now) + SECONDS};nonce="{secrets.token_urlsafe(18)}";keyid="{key}";alg="ed25519";tag="{TAG}"'
    )
    whole = Asked(asked.method, asked.authority, asked.path, asked.query, {**asked.headers, **proving}, asked.body)
    signature = base64.b64encode(private.sign(base_of(whole, components, parameters))).decode()
    return {**proving, "signature-input": f"sig1={parameters}", "signature": f"sig1=:{signature}:"}


def key_named(asked: Asked) -> str:
    """The key that a request says it is signed with.

    Raises:
        Unproven: it is not signed as it should be.
    """
    return str(_read(asked)[1].get("keyid", ""))


def proven(asked: Asked, public: str, now: float) -> Proof:
    """Go on only when the request was signed with this key, of late, with all that must be covered.

    Raises:
        Unproven: otherwise.
    """
    components, told, parameters, signature = _read(asked)
    needed = _WITH_BODY if asked.body else _BARE
    if missing := [name for name in needed if name not in components]:
        raise Unproven(f"The signature does not cover {missing[0]}.")
    if len(set(components)) != len(components):
        raise Unproven("The signature names a part of the request twice.")
    if told.get("alg", "ed25519") != "ed25519" or told.get("tag") != TAG:
        raise Unproven("The signature is of another kind.")
    proof = _timely(told, now)
    if asked.body and asked.headers.get("content-digest") != body_digest(asked.body):
        raise Unproven("The body is not the one that was signed.")
    if not is_signed(base_of(asked, components, parameters), signature, public):
        raise Unproven("The signature is not of this request.")
    return proof


def _timely(told: Mapping[str, Any], now: float) -> Proof:
    created, expires, nonce = told.get("created"), told.get("expires"), told.get("nonce")
    if type(created) is not int or type(expires) is not int or not isinstance(nonce, str) or len(nonce) < 16:
        raise Unproven("The signature must say when it was made, until when it holds, and a number used once.")
    if not created - SECONDS <= now <= min(expires, created + SECONDS) + 5:
        raise Unproven("The request was signed at another time than now; look at the clocks.")
    return Proof(str(told.get("keyid", "")), created, expires, nonce)


def _read(asked: Asked) -> tuple[list[str], dict[str, Any], str, bytes]:
    """The covered components, the parameters read and as written, and the signature."""
    said, signed = asked.headers.get("signature-input", ""), asked.headers.get("signature", "")
    if len(said) > _LONGEST or len(signed) > _LONGEST:
        raise Unproven("The signature is longer than one is.")
    found, signature = _INPUT.fullmatch(said.strip()), _SIGNATURE.fullmatch(signed.strip())
    if found is None or signature is None or found[1] != signature[1]:
        raise Unproven("The request carries no signature, or not in the form of RFC 9421.")
    components = re.findall(r'"([^"]+)"', found[2].partition(")")[0])
    rest, told = found[2].partition(")")[2], {}
    for name, value in _PARAMETER.findall(rest):
        told[name] = value[1:-1] if value.startswith('"') else int(value)
    if "".join(f";{name}={value}" for name, value in _PARAMETER.findall(rest)) != rest:
        raise Unproven("The parameters of the signature cannot be read.")
    try:
        return components, told, found[2], base64.b64decode(signature[2], validate=True)
    except ValueError:
        raise Unproven("The signature is no base64.") from None
