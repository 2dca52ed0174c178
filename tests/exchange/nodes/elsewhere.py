"""A node elsewhere: it signs with keys of its own and needs no database. Tests make it say the worst."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.lists import vouched
from landbridge.exchange.nodes.statements import next_sequence
from landbridge.exchange.signing import encode, fingerprint, public_text, signed
from landbridge.formats.validate import validate


@dataclass
class Made:
    """A key, and what its list says of it."""

    private: Ed25519PrivateKey
    row: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.row["id"])


@dataclass
class Elsewhere:
    """The node; `clock` gives its time."""

    node: str = "https://kenya.example"
    clock: Any = moments.now
    keys: list[Made] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)
    listed: int = 0
    latest: str = ""
    """The newest date on what it said."""
    formerly: list[dict[str, Any]] = field(default_factory=list)
    """What it says of earlier addresses."""

    def __post_init__(self) -> None:
        first = self.add(None)
        self.add(first, spare=True)

    def add(self, by: Made | None, *, spare: bool = False) -> Made:
        """One more key, vouched for by another."""
        private = Ed25519PrivateKey.generate()
        public = public_text(private.public_key())
        row = {"id": fingerprint(public), "public": public, "since": moments.written(self.clock()), "until": None,
               "revoked": None, "spare": spare, "by": by.id if by else fingerprint(public)}  # fmt: skip
        signer = by.private if by else private
        row["proof"] = encode(signer.sign(vouched(self.node, row)))
        self.keys.append(Made(private, row))
        return self.keys[-1]

    @property
    def root(self) -> Made:
        return self.keys[0]

    @property
    def spare(self) -> Made:
        return [key for key in self.keys if key.row["spare"]][-1]

    @property
    def current(self) -> Made:
        return [key for key in self.keys
                if not key.row["spare"] and key.row["until"] is None and key.row["revoked"] is None][-1]  # fmt: skip

    def rotate(self) -> Made:
        """A new key in the place of the old one."""
        old = self.current
        new = self.add(old)
        old.row["until"] = max(new.row["since"], self.latest)
        return new

    def list(self, by: Made | None = None, **said: Any) -> dict[str, Any]:
        """The signed list of today."""
        self.listed = next_sequence(self.listed, self.clock())
        body = {"landbridge": 1, "kind": "keys", "node": self.node, "names": {"en": "A node"},
                "keys": [dict(key.row) for key in self.keys], "sequence": self.listed,
                "said": moments.written(self.clock()), "formerly": self.formerly, **said}  # fmt: skip
        return signed(body, (by or self.current).private)

    def move(self, to: str, by: Made | None = None) -> None:
        """It is at another address from now on, and says so with its spare key."""
        said = {"landbridge": 1, "kind": "moved", "from": self.node, "to": to, "said": moments.written(self.clock())}
        self.formerly = [signed(said, (by or self.spare).private)]
        self.node = to
        privates = {key.id: key.private for key in self.keys}
        for key in self.keys:
            key.row["proof"] = encode(privates[key.row["by"]].sign(vouched(to, key.row)))

    def say(self, record: str, by: Made | None = None, **said: Any) -> dict[str, Any]:
        """A signed statement on a record; what is given takes the place of what would be said."""
        title = said.pop("title", record)
        now: datetime = said.pop("at", None) or self.clock()
        sequence = next_sequence(self.sequences.get(record, 0), now)
        self.sequences[record] = sequence
        self.latest = max(self.latest, moments.written(now))
        data = validate("technology", {"title": title, "summary": title}, "en")
        body = {"landbridge": 1, "kind": "record", "node": self.node, "record": record, "sequence": sequence,
                "said": moments.written(now), "gone": False, "format": "technology", "edition": 1, "language": "en",
                "visibility": "public", "data": data, "published": moments.written(now), "confirmed": None,
                "expires": None, "licence": "", "files": [], **said}  # fmt: skip
        return signed(body, (by or self.current).private)

    def bury(self, record: str, by: Made | None = None, **said: Any) -> dict[str, Any]:
        """A signed tombstone."""
        now: datetime = said.pop("at", None) or self.clock()
        self.sequences[record] = next_sequence(self.sequences.get(record, 0), now)
        self.latest = max(self.latest, moments.written(now))
        body = {"landbridge": 1, "kind": "record", "node": self.node, "record": record, "gone": True,
                "sequence": self.sequences[record], "said": moments.written(now), "format": "technology",
                **said}  # fmt: skip
        return signed(body, (by or self.current).private)
