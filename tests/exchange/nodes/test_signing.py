"""Canonical JSON and Ed25519 against the vectors of other people, and what our own signatures hold."""

import json
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from landbridge.exchange.signing import BadSignature, canonical, encode, fingerprint, signed, verify
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.support import shared


def test_all_vectors_of_the_canonical_form() -> None:
    folder = shared("jcs-vectors", "testdata")
    names = sorted(path.name for path in (folder / "input").iterdir())
    assert len(names) == 6
    for name in names:
        given_, wanted = json.loads((folder / "input" / name).read_bytes()), (folder / "output" / name).read_bytes()
        assert rfc8785.dumps(given_) == wanted, name
        normal = json.loads(unicodedata.normalize("NFC", wanted.decode()))  # Names that change are sorted anew.
        assert canonical(given_) == rfc8785.dumps(normal), name
        assert (canonical(given_) == wanted) == (name not in ("unicode.json", "weird.json")), name
        assert bytes.fromhex((folder / "outhex" / f"{name[:-5]}.txt").read_text()) == wanted


def test_all_vectors_of_ed25519(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message stands where the canonical form would: what verifies is the signature as the vectors have it."""
    told = json.loads(shared("wycheproof-ed25519", "testvectors_v1", "ed25519_test.json").read_text())
    outcomes = {"valid": 0, "invalid": 0}
    for group in told["testGroups"]:
        public = encode(bytes.fromhex(group["publicKey"]["pk"]))
        for test in group["tests"]:
            message = bytes.fromhex(test["msg"])
            monkeypatch.setattr("landbridge.exchange.signing.canonical", lambda value, said=message: said)
            said = {"key": fingerprint(public), "signature": encode(bytes.fromhex(test["sig"]))}
            if test["result"] == "valid":
                verify(said, public)
            else:
                with pytest.raises(BadSignature):
                    verify(said, public)
            outcomes[test["result"]] += 1
    assert outcomes == {"valid": 88, "invalid": 63}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(_JSON)
def test_the_canonical_form_outlives_a_journey(value: Any) -> None:
    try:
        form = canonical(value)
    except ValueError:
        return  # Two names that are one when normalised, or half a sign.
    assert canonical(json.loads(form)) == form


def test_one_flipped_bit_anywhere_is_noticed() -> None:
    node = Elsewhere()
    said = node.say("a", title="Zaï")
    public = node.current.row["public"]
    verify(said, public)
    body = canonical(said)
    refused = 0
    for at in range(0, len(body), 7):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        try:
            other = json.loads(changed)
        except ValueError:
            continue
        with pytest.raises(BadSignature):
            verify(other, public)
        refused += 1
    assert refused > 40


def test_text_that_looks_the_same_is_signed_the_same() -> None:
    node = Elsewhere()
    assert canonical({"a": "é"}) == canonical({"a": "é"})
    verify(signed({"a": "é"}, node.root.private) | {"a": "é"}, node.root.row["public"])
