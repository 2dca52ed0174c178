"""The keys of this node: made on first use, replaced, revoked; the private halves are encrypted with the node's own
secret, so that they survive a backup and are of no use without it."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from landbridge.exchange.models import NodeKey, Statement, ThisNode
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.lists import KIND, VERSION, KeyList, vouched
from landbridge.exchange.nodes.lists import verified_list as verified_list
from landbridge.exchange.signing import decode, encode, fingerprint, public_text, signed
from landbridge.lib.languages import LANGUAGES
from landbridge.parties.permissions import Permission
from landbridge.registry import journal
from landbridge.registry.writing import Actor, require

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ABOUT: Final = b"landbridge keys of the node"


class KeyLost(ValueError):
    """The private half cannot be read: the secret of the node is another one than it was."""


def me() -> str:
    """The address that this node signs with, in small letters."""
    return str(settings.BASE_URL).lower()


def this_node() -> ThisNode:
    """The one row of what this node says of itself."""
    return ThisNode.objects.get_or_create(pk=1)[0]


def own_key() -> NodeKey:
    """The key that signs today; with the spare one it is made when it is first asked for."""
    return _working(spare=False) or _first_keys()


def _working(*, spare: bool) -> NodeKey | None:
    found = NodeKey.objects.filter(until=None, revoked_at=None, spare=spare)
    return found.order_by("-since").first()


def private_key(key: NodeKey) -> "Ed25519PrivateKey":
    """The private half of one of our keys.

    Raises:
        KeyLost: it cannot be read, or it was taken elsewhere.
    """
    from cryptography.fernet import InvalidToken
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not key.private:
        raise KeyLost(f"The private half of the key {key.pk[:16]} is kept outside of this node.")
    try:
        return Ed25519PrivateKey.from_private_bytes(_seal().decrypt(key.private.encode()))
    except (InvalidToken, ValueError):
        raise KeyLost(
            f"The key {key.pk[:16]} was sealed with another LANDBRIDGE_SECRET_KEY; bring that one back."
        ) from None


def _seal() -> "Fernet":
    # Inner import, here and below: see `signing.is_signed`.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_ABOUT).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _first_keys() -> NodeKey:
    with transaction.atomic():
        journal.lock()
        there = _working(spare=False)
        if there is not None:
            return there
        if NodeKey.objects.exists():
            raise KeyLost("No key of this node may sign; make one with `landbridge node rotate`.")
        first = _new(None, spare=False)
        _new(first, spare=True)
        this_node()
        ThisNode.objects.filter(pk=1).update(address=me())
        _say(first)
        return first


def _new(by: NodeKey | None, *, spare: bool, voucher: "Ed25519PrivateKey | None" = None) -> NodeKey:
    """One more key, vouched for by an older one; the first vouches for itself."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = public_text(private.public_key())
    key = NodeKey(
        id=fingerprint(public), public=public, private=_seal().encrypt(private.private_bytes_raw()).decode(),
        since=moments.now(), spare=spare,
    )  # fmt: skip
    key.by = by.pk if by is not None else key.pk
    signer = private if by is None else voucher or private_key(by)
    key.proof = encode(signer.sign(vouched(me(), _row(key))))
    key.save(force_insert=True)
    return key


def _row(key: NodeKey) -> dict[str, Any]:
    ends = {name: None if at is None else moments.written(at)
            for name, at in (("until", key.until), ("revoked", key.revoked_at))}  # fmt: skip
    return {"id": key.pk, "public": key.public, "since": moments.written(key.since), **ends, "spare": key.spare,
            "by": key.by, "proof": key.proof}  # fmt: skip


def _say(key: NodeKey, signer: "Ed25519PrivateKey | None" = None) -> dict[str, Any]:
    """Sign the list of today with a key and keep it, inside the caller's transaction."""
    node, now = this_node(), moments.now()
    last = int(node.keys.get("sequence", 0))
    body = {
        "landbridge": VERSION, "kind": KIND, "node": me(), "names": own_names(node),
        "keys": [_row(one) for one in NodeKey.objects.order_by("since", "pk")],
        "sequence": max(last + 1, moments.milliseconds(now)), "said": moments.written(now), **_moves(node),
    }  # fmt: skip
    node.keys = signed(body, signer or private_key(key))
    node.save(update_fields=["keys"])
    return dict(node.keys)


def _moves(node: ThisNode) -> dict[str, Any]:
    """What the spare key says of earlier addresses, as long as it leads here."""
    told = [one for one in node.formerly if one.get("to") == me()]
    return {"formerly": told} if told else {}


def own_names(node: ThisNode | None = None) -> dict[str, str]:
    """Language to name of this node, as its people chose them."""
    return dict((node or this_node()).names) or {"en": settings.NODE_NAME}


def own_list() -> dict[str, Any]:
    """The signed list of this node's keys, as it is given to others. It changes only when it has something to say."""
    key = own_key()
    said = this_node().keys
    if said.get("node") == me() and said.get("names") == own_names():
        return dict(said)
    with transaction.atomic():
        journal.lock()
        _vouch_anew()
        return _say(key)


def say_anew(spare: "Ed25519PrivateKey") -> dict[str, Any]:
    """Say the list under the address of today, with the spare key at hand for what it vouched for."""
    key = own_key()
    with transaction.atomic():
        journal.lock()
        _vouch_anew(spare)
        return _say(key)


def _vouch_anew(spare: "Ed25519PrivateKey | None" = None) -> None:
    """The proofs name the address of the node: with another address they are made again."""
    if spare is None and this_node().keys.get("node") in (None, me()):
        return
    brought = "" if spare is None else fingerprint(public_text(spare.public_key()))
    here = {key.pk: key for key in NodeKey.objects.exclude(private="")}
    for key in NodeKey.objects.all():
        signer = spare if key.by == brought else private_key(here[key.by]) if key.by in here else None
        if signer is not None:
            key.proof = encode(signer.sign(vouched(me(), _row(key))))
            key.save(update_fields=["proof"])


def name(*, actor: Actor, names: Mapping[str, str]) -> dict[str, Any]:
    """Give this node its names, by language; the list says so from now on.

    Raises:
        Forbidden: the actor does not administer the node.
        ValueError: no name, or one too long, or in a language that the node does not speak.
    """
    require(actor, Permission.RECEIVE, None)
    chosen = {tag: " ".join(text.split()) for tag, text in names.items() if text.strip()}
    if not chosen or not set(chosen) <= set(LANGUAGES) or any(len(text) > 200 for text in chosen.values()):
        raise ValueError(f"Name the node in {', '.join(LANGUAGES)}, with at most 200 characters each.")
    own_key()
    ThisNode.objects.filter(pk=1).update(names=chosen)
    return own_list()


def rotate(*, actor: Actor) -> NodeKey:
    """Put a new key in the place of the one that signs today; the old one vouches for it and signs nothing more.

    Raises:
        Forbidden: the actor does not administer the node.
        KeyLost: the old key cannot be read; revoke it instead, so that the spare key vouches for a new one.
    """
    require(actor, Permission.RECEIVE, None)
    old = own_key()
    with transaction.atomic():
        journal.lock()
        new = _new(old, spare=False)
        # A clock that was ahead dated what the old key signed later than now: that stays valid.
        newest = Statement.objects.filter(origin="").aggregate(at=Max("said_at"))["at"]
        old.until = max(filter(None, (new.since, newest)))
        old.save(update_fields=["until"])
        _say(new)
    return new


def revoke(*, actor: Actor, key_id: str, spare_secret: str = "") -> NodeKey:
    """Say that a key was lost or stolen: from now on others take nothing new that it signed, whatever date is on it.

    The spare key says so and vouches for a new one, and for the next spare key. `spare_secret` is its private half when
    that is kept elsewhere. All that the revoked key signed must be signed anew: see `statements.sign_anew`.

    Raises:
        Forbidden: the actor does not administer the node.
        LookupError: this node has no such key.
        KeyLost: the spare key cannot be read.
    """
    require(actor, Permission.RECEIVE, None)
    found = list(NodeKey.objects.filter(pk__startswith=key_id).order_by("pk")[:2]) if len(key_id) >= 8 else []
    if len(found) != 1:
        raise LookupError(f"This node has no key {key_id[:64]!r}; name at least the first 8 signs of one.")
    key = found[0]
    if key.spare:
        return _revoke_spare(key)
    with transaction.atomic():
        journal.lock()
        spare = _spare()
        signer = spare_signer(spare_secret)
        key.revoked_at = moments.now()
        key.save(update_fields=["revoked_at"])
        return _begin_anew(spare, signer)


def _spare() -> NodeKey:
    spare = _working(spare=True)
    if spare is None:
        raise KeyLost("There is no spare key that could speak for this node.")
    return spare


def spare_signer(secret: str = "") -> "Ed25519PrivateKey":
    """The private half of the spare key: the one that is here, or `secret` when it is kept elsewhere.

    Raises:
        KeyLost: there is none, it is not here, or `secret` is another one.
    """
    return _brought(_spare(), secret) if secret else private_key(_spare())


def _begin_anew(spare: NodeKey, signer: "Ed25519PrivateKey") -> NodeKey:
    """After a revocation: a key for today and a new spare one, vouched for by the old spare key."""
    standing = _working(spare=False)
    new = standing or _new(spare, spare=False, voucher=signer)
    _new(spare, spare=True, voucher=signer)
    spare.until = moments.now()
    spare.save(update_fields=["until"])
    _say(spare, signer)
    return new


def _revoke_spare(key: NodeKey) -> NodeKey:
    """The spare key itself was seen by somebody else: it names its successor and ends."""
    with transaction.atomic():
        journal.lock()
        signer = private_key(key)
        _new(key, spare=True, voucher=signer)
        key.until = moments.now()
        key.save(update_fields=["until"])
        _say(key, signer)
    return own_key()


def take_spare_out(*, actor: Actor) -> str:
    """The private half of the spare key, to be kept on paper or in a safe; this node forgets it.

    Raises:
        Forbidden: the actor does not administer the node.
        KeyLost: it is not here any more.
    """
    require(actor, Permission.RECEIVE, None)
    own_key()
    spare = _working(spare=True)
    if spare is None:
        raise KeyLost("There is no spare key.")
    secret = encode(private_key(spare).private_bytes_raw())
    NodeKey.objects.filter(pk=spare.pk).update(private="")
    return secret


def _brought(spare: NodeKey, secret: str) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = Ed25519PrivateKey.from_private_bytes(decode(secret.strip()))
    except ValueError:
        raise KeyLost("This is no private half of a key.") from None
    if fingerprint(public_text(private.public_key())) != spare.pk:
        raise KeyLost("This is the private half of another key than the spare one.")
    return private


def own_keys() -> KeyList:
    """The keys of this node as others know them."""
    said = own_list()
    return verified_list(said, [row["id"] for row in said["keys"]])


def revoked_since(found: KeyList, known: KeyList | None) -> dict[str, datetime | None]:
    """Keys that a newer list strikes out: from when on what they signed is void; None for all of it."""
    before = set() if known is None else {key.id for key in known.keys.values() if key.revoked is None}
    struck: dict[str, datetime | None] = {one: None for one in before if one not in found.keys}
    struck.update({one: found.keys[one].revoked for one in before if one in found.keys and found.keys[one].revoked})
    return struck
