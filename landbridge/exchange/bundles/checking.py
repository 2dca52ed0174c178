"""Whether a bag is whole: every file listed, every listed file there, every digest right. Read once, part by part."""

import hashlib
import re
from collections.abc import Callable
from typing import Final

from landbridge.exchange.bundles.opening import Opened
from landbridge.exchange.bundles.troubles import BadBundle, shown
from landbridge.exchange.bundles.writing import MANIFEST, TAG_MANIFEST

_LARGEST_MANIFEST: Final = 64 * 1024**2
_LARGEST_TAG: Final = 64 * 1024
_CHUNK: Final = 1 << 18
_LINE: Final = re.compile(r"([0-9A-Fa-f]{64})[ \t]+\*?(\S.*)")
_VERSION: Final = re.compile(r"BagIt-Version: (\d+)\.(\d+)\r?\nTag-File-Character-Encoding: (\S+)\r?\n?")
Watch = Callable[[int, int], None]
"""Told how many bytes are done, and how many there are."""


def _unwatched(done: int, of: int) -> None:
    return


def check(bag: Opened, watch: Watch = _unwatched) -> str:
    """Go on only when the bag is whole: the SHA-256 of its manifest.

    Raises:
        BadBundle: with the one thing that is wrong first.
    """
    _check_declaration(bag)
    if "fetch.txt" in bag.sizes:
        raise BadBundle("fetch", "The bag names files to be fetched from elsewhere; a bundle brings all that it has.")
    tags = _listed(bag, TAG_MANIFEST)
    listed = _listed(bag, MANIFEST)
    _check_complete(bag, listed, tags)
    done, total = 0, sum(bag.sizes.values())
    manifest_sha256 = ""
    for name, wanted in (*tags.items(), *listed.items()):
        if _digest(bag, name) != wanted:
            raise BadBundle("wrong-hash", f"“{shown(name)}” is not what the manifest says: it was damaged or changed.")
        if name == MANIFEST:
            manifest_sha256 = wanted
        done += bag.sizes[name]
        watch(done, total)
    return manifest_sha256


def _check_declaration(bag: Opened) -> None:
    text = _text(bag.small("bagit.txt", _LARGEST_TAG), "bagit.txt")
    found = _VERSION.fullmatch(text)
    if found is None or (found[1], found[2]) not in (("1", "0"), ("0", "97")):
        raise BadBundle("not-a-bundle", "bagit.txt does not say that this is a bag of BagIt 1.0.")
    if found[3].upper() != "UTF-8":
        raise BadBundle("encoding", "The bag is not written in UTF-8.")


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadBundle("encoding", f"“{name}” is not in UTF-8; nothing was taken in.") from None


def _listed(bag: Opened, manifest: str) -> dict[str, str]:
    """Name to SHA-256 as a manifest has them."""
    found: dict[str, str] = {}
    for number, line in enumerate(_text(bag.small(manifest, _LARGEST_MANIFEST), manifest).splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadBundle("damaged", f"Line {number} of {manifest} names no file with its SHA-256.")
        name = match[2].removeprefix("./")
        if name in found:
            raise BadBundle("doubled", f"“{shown(name)}” stands twice in {manifest}.")
        if name.startswith("data/") != (manifest == MANIFEST) or name not in bag.sizes:
            raise BadBundle("missing", f"{manifest} lists “{shown(name)}”, which is not there; nothing was taken in.")
        found[name] = match[1].lower()
    return found


def _check_complete(bag: Opened, listed: dict[str, str], tags: dict[str, str]) -> None:
    if MANIFEST not in tags or "bagit.txt" not in tags:
        raise BadBundle("not-listed", f"{TAG_MANIFEST} does not list the manifest of the bag.")
    for name in bag.sizes:
        if name not in listed and name not in tags and name != TAG_MANIFEST:
            raise BadBundle("not-listed", f"“{shown(name)}” is listed in no manifest; nothing was taken in.")


def _digest(bag: Opened, name: str) -> str:
    sha256 = hashlib.sha256()
    with bag.part(name) as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
    return sha256.hexdigest()
