"""Making a bundle: statements, keys, files, and what makes it a bag and a crate, in one pass and in little memory."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from landbridge.exchange.bundles.contents import Asked, Put, Selection, origins_lists, selection
from landbridge.exchange.bundles.crate import FILE as CRATE
from landbridge.exchange.bundles.crate import metadata
from landbridge.exchange.bundles.writing import Bag
from landbridge.exchange.models import Exchange, Peer
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.keys import me, own_key, own_list, private_key
from landbridge.exchange.signing import canonical, signed
from landbridge.lib.languages import LANGUAGES
from landbridge.parties.permissions import Permission
from landbridge.registry.files import place_of
from landbridge.registry.writing import Actor, require

KIND: Final = "bundle"
VERSION: Final = 1
SIGNATURE_FILE: Final = "signature.json"
_CHUNK: Final = 1 << 18
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9.-]+")
_RESERVE: Final = 200_000
"""Bytes kept free in a volume for what closes it."""
Watch = Callable[[int], None]


@dataclass
class Made:
    """What a bundle, or all its volumes, came to."""

    paths: list[Path] = field(default_factory=list)
    records: int = 0
    gone: int = 0
    files: int = 0
    missing_files: int = 0
    octets: int = 0
    since: int = 0
    until: int = 0
    journal: str = ""

    def report(self) -> dict[str, Any]:
        """As it is kept."""
        return {**{name: value for name, value in vars(self).items() if name != "paths"},
                "names": [path.name for path in self.paths]}  # fmt: skip


@dataclass(frozen=True)
class Extra:
    """What others add to a bundle: pages and forms. Given the records that are in it and where files go."""

    names: tuple[str, ...]
    """The parts that come of it, as the crate names them."""
    write: Callable[[Put, Selection, set[str], frozenset[str], datetime], None]


def _unwatched(done: int) -> None:
    return


def base_name(made: datetime, kind: str = "bundle") -> str:
    """The name of the bag: node, kind and moment, in plain letters."""
    host = _NOT_IN_NAMES.sub("-", me().split("://", 1)[-1].lower()).strip("-.") or "node"
    return f"{host[:60]}-{kind}-{made:%Y%m%dT%H%M%SZ}"


def make(*, actor: Actor, wish: Asked, target: Path, extra: Extra | None = None, watch: Watch = _unwatched) -> Made:
    """Write a bundle to a file, or to several where it has volumes (`-1`, `-2` … before the ending).

    Raises:
        Forbidden: the actor does not administer the node.
        ValueError: the wish cannot be met.
        OSError: the disk is full or the folder is not there.
    """
    require(actor, Permission.RECEIVE, None)
    chosen = selection(wish)
    exchange = Exchange.objects.create(
        kind="bundle-out", what=target.name[:300], peer=Peer.objects.filter(address=wish.peer).first()
    )
    try:
        made = _Maker(chosen, target, extra, watch).make()
    except (OSError, ValueError) as error:
        exchange.error = str(error)[:1000]
        raise
    else:
        exchange.new, exchange.gone, exchange.octets = made.records, made.gone, made.octets
        return made
    finally:
        exchange.ended_at = moments.now()
        exchange.save()


class _Maker:
    """One bundle in the making, volume by volume."""

    def __init__(self, chosen: Selection, target: Path, extra: Extra | None, watch: Watch) -> None:
        self.chosen, self.target, self.extra, self.watch = chosen, target, extra, watch
        self.now = moments.now()
        self.made = Made(since=chosen.since, until=chosen.until, journal=chosen.journal)
        self.temporary: list[Path] = []
        self.records: set[str] = set()
        self.held: set[str] = set()

    def make(self) -> Made:
        try:
            rows = _Ahead(self.chosen.statements())
            since = self.chosen.since
            while True:
                since = self._volume(rows, since)
                if rows.empty:
                    break
            self._rename()
        finally:
            for path in self.temporary:
                path.unlink(missing_ok=True)
        return self.made

    def _volume(self, rows: "_Ahead", since: int) -> int:
        """Write the next volume: the serial up to which it goes."""
        path = self.target.with_name(f".{self.target.name}.{len(self.temporary) + 1}.part")
        self.temporary.append(path)
        with ExitStack() as stack:
            out = stack.enter_context(path.open("wb"))
            base = base_name(self.now) + (f"-{len(self.temporary)}" if self.chosen.wish.largest else "")
            bag = Bag(out, base, self.now)
            try:
                volume = _Volume(bag, out, self)
                volume.write_statements(rows)
                until = self.chosen.until if rows.empty else volume.until
                volume.finish(since, until, last=rows.empty)
            except BaseException:
                bag.give_up()
                raise
        self.made.octets += path.stat().st_size
        return until

    def _rename(self) -> None:
        several = len(self.temporary) > 1
        for number, path in enumerate(self.temporary, 1):
            name = f"{self.target.stem}-{number}{self.target.suffix}" if several else self.target.name
            self.made.paths.append(path.replace(self.target.with_name(name)))


class _Ahead:
    """The statements, one looked at before it is taken."""

    def __init__(self, rows: Iterator[tuple[int, bytes, dict[str, Any]]]) -> None:
        self._rows = rows
        self.next = next(rows, None)

    @property
    def empty(self) -> bool:
        return self.next is None

    def take(self) -> tuple[int, bytes, dict[str, Any]]:
        taken = self.next
        assert taken is not None  # noqa: S101 - the caller looked
        self.next = next(self._rows, None)
        return taken


class _Volume:
    """One bag of a bundle."""

    def __init__(self, bag: Bag, out: IO[bytes], maker: _Maker) -> None:
        self.bag, self.out, self.maker = bag, out, maker
        self.wish = maker.chosen.wish
        self.files: dict[str, int] = {}
        self.origins: set[str] = set()
        self.until = maker.chosen.since
        self.count = 0

    def write_statements(self, rows: _Ahead) -> None:
        """As many as the volume holds; at least one."""
        made = self.maker.made
        with self.bag.payload("statements.jsonl") as part:
            while rows.next is not None and not (self.count and self._is_full(rows.next)):
                serial, body, said = rows.take()
                part.write(body + b"\n")
                self.until, self.count = serial, self.count + 1
                self.origins.add(said["node"])
                made.gone += said["gone"]
                made.records += not said["gone"]
                if self.wish.files:
                    self.files.update(self._files_of(said))
                if self.maker.extra and not said["gone"]:
                    self.maker.records.add(said["record"])
                self.maker.watch(made.records + made.gone)

    def _files_of(self, said: Mapping[str, Any]) -> dict[str, int]:
        named = {str(one["sha256"]): int(one["size"]) for one in said.get("files") or ()}
        return {sha256: size for sha256, size in named.items() if sha256 not in self.maker.held}

    def _is_full(self, row: tuple[int, bytes, dict[str, Any]]) -> bool:
        if not self.wish.largest:
            return False
        coming = {**self.files, **(self._files_of(row[2]) if self.wish.files else {})}
        return self.out.tell() + sum(coming.values()) + len(row[1]) + _RESERVE > self.wish.largest

    def finish(self, since: int, until: int, *, last: bool) -> None:
        """Files, keys, pages, metadata and signature."""
        parts = ["statements.jsonl", "keys.json"]
        if held := self._write_files():
            parts.append("files/")
        lists = [own_list(), *origins_lists(sorted(self.origins))]
        self.bag.add("keys.json", canonical({"landbridge": VERSION, "kind": "key-lists", "lists": lists}))
        maker = self.maker
        if maker.extra:
            parts.extend(maker.extra.names)
            maker.extra.write(self.bag.add, maker.chosen, maker.records, frozenset(held), maker.now)
        number = len(maker.temporary)
        close(self.bag, {
            "kind": KIND, "for": self.wish.peer, "whole": self.wish.whole and maker.chosen.day is None,
            "since": {"journal": maker.chosen.journal, "serial": since},
            "until": {"journal": maker.chosen.journal, "serial": until},
            "volume": number, "last": last, "statements": self.count,
        }, parts, maker.now)  # fmt: skip

    def _write_files(self) -> set[str]:
        made = self.maker.made
        for sha256 in self.files:
            path = place_of(sha256)
            if not path.is_file():
                made.missing_files += 1
                continue
            with path.open("rb") as file, self.bag.payload(f"files/{sha256}", packed=False) as part:
                shutil.copyfileobj(file, part, _CHUNK)
            self.maker.held.add(sha256)
            made.files += 1
        return self.maker.held & set(self.files)


def close(bag: Bag, said: Mapping[str, Any], parts: list[str], now: datetime) -> None:
    """Metadata, signature and the files that make it a bag."""
    name = settings.NODE_NAME
    about = {
        "name": f"{name}, {now:%Y-%m-%d}", "description": "Signed records of a node of the Landbridge network.",
        "made": moments.written(now), "node": me(), "node_name": name, "records": said.get("statements", 0),
        "languages": LANGUAGES,
    }  # fmt: skip
    bag.add(CRATE, canonical(metadata(about, parts)))
    whole = {"landbridge": VERSION, "node": me(), "made": moments.written(now), **said,
             "manifest": bag.manifest_sha256}  # fmt: skip
    bag.tag(SIGNATURE_FILE, canonical(signed(whole, private_key(own_key()))))
    volume = f"{said.get('volume', 1)} of {said.get('volume', 1) if said.get('last', True) else '?'}"
    bag.close({
        "Source-Organization": name, "External-Identifier": me(), "Bagging-Date": f"{now:%Y-%m-%d}",
        "External-Description": about["description"], "Bag-Software-Agent": f"Landbridge {settings.VERSION}",
        "Bag-Group-Identifier": f"{me()} {moments.written(now)}", "Bag-Count": volume,
    })  # fmt: skip
