"""IATI 2.0x: the activities of those who fund and carry out aid become programmes, their organisations organisations.

Files may have hundreds of megabytes: they are read activity by activity. One that is not made as the standard says is
refused with the reason, the others are not. Rules that no schema holds are noted beside the record, or refuse it, as
the source is set; half of what is published breaks one of them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.iati_activity import organisation, programme
from landbridge.exchange.in_.sources.iati_rules import broken
from landbridge.exchange.in_.sources.iati_structure import attribute_faults, faults, shapes
from landbridge.exchange.in_.sources.known import found, moment, refused
from landbridge.exchange.in_.sources.opening import opened

if TYPE_CHECKING:
    from lxml.etree import _Element

EVERY: Final = 500
"""Activities between two checkpoints."""
_ROOTS: Final = {"iati-activities": "iati-activity", "iati-organisations": "iati-organisation"}
_IDENTIFIERS: Final = ("iati-identifier", "organisation-identifier")


class Iati:
    name = "iati"
    label = gettext_noop("IATI files")
    about = gettext_noop("Activities of the International Aid Transparency Initiative, version 2, become programmes.")
    takes = "both"
    settings = (
        Setting(
            "rules", gettext_noop("Activities that break a rule of IATI"), kind="choice", default="note",
            choices=(("note", gettext_noop("Take them in and note the rule")), ("refuse", gettext_noop("Refuse them"))),
        ),
        Setting(
            "only_biodiversity", gettext_noop("Only what is marked for biodiversity"), kind="yes_no", default=False,
            help=gettext_noop("Activities with the Rio marker 1 or 2, or a biodiversity sector of the OECD."),
        ),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with opened(ask) as source:
            if source is None:
                yield Checkpoint(dict(ask.state))
                return
            root, version = _head(source.stream)
            going_on = ask.state.get("at") if ask.state.get("etag", "") == source.state.get("etag", "") else None
            skip = int(going_on or 0)
            count = 0
            for count, element in enumerate(_elements(source.stream, root), 1):
                if count > skip and (one := _one(element, root, version, count, ask)) is not None:
                    yield one
                if count > skip and count % EVERY == 0:
                    yield Checkpoint({**source.state, "at": count})
            if not count:
                raise BadSource(f"There is no {_ROOTS[root]} in this file.")
            # Publishers split their activities over files: what one that was brought does not name is not gone.
            yield Checkpoint(source.state, done=ask.file is None)


def _head(stream: IO[bytes]) -> tuple[str, str]:
    """(outermost element, version) of a file that can be read.

    Raises:
        BadSource: it is none.
    """
    # Inner import: a node that serves needs no XML.
    from lxml import etree

    from landbridge.lib.xml import outermost

    root, attributes = outermost(stream)
    if root not in _ROOTS:
        known = "an IATI file with a single activity" if root in _ROOTS.values() else f"the outermost element is {root}"
        raise BadSource(f"This is no IATI file: {known[:100]}, where iati-activities must stand.")
    version = attributes.get("version", "")
    if not version or version.startswith(("0", "1")):
        which = f"of version {version[:20]}" if version else "without a version, as before 1.02"
        raise BadSource(f"The file is {which}; only IATI 2.01 to 2.03 is read. Ask its publisher for version 2.03.")
    wrong = list(attribute_faults(etree.Element(root, attributes), shapes()[root], root))
    if wrong:
        raise BadSource(f"This is no valid IATI file. {' '.join(wrong[:3])}")
    return root, version


def _elements(stream: IO[bytes], root: str) -> "Iterator[_Element]":
    """The activities or organisations of a file.

    Raises:
        BadSource: something else stands between them.
    """
    from landbridge.lib.xml import elements

    parent = None
    for element in elements(stream, [_ROOTS[root]]):
        above = element.getparent()
        if above is None or above.tag != root:
            continue  # One that stands inside something of another namespace.
        parent = above
        _check_between(parent, root, True)
        yield element
    if parent is not None:
        _check_between(parent, root, False)


def _check_between(parent: "_Element", root: str, more: bool) -> None:
    strange = [child.tag for child in parent if child.tag != _ROOTS[root]]
    own = [tag for tag in strange if not str(tag).startswith("{")]
    if own:
        raise BadSource(f"{own[0]} may not stand in {root}; what came before it has been read."[:300])
    if more and strange and parent[-1].tag == _ROOTS[root]:
        raise BadSource(f"{strange[0]} may stand in {root} only after the last {_ROOTS[root]}."[:300])
    if "".join([parent.text or "", *(child.tail or "" for child in parent)]).strip():
        raise BadSource(f"Text stands in {root} where none may; what came before it has been read.")


def _one(element: "_Element", root: str, version: str, number: int, ask: Ask) -> Found | None:
    place = f"{_ROOTS[root]} {number}"
    identifier = next((text for name in _IDENTIFIERS if (text := (element.findtext(name) or "").strip())), "")
    if wrong := faults(element, _ROOTS[root]):
        return refused(identifier or place, " ".join(wrong), place)
    key = identifier or _mark(element)
    rules = broken(element, ask.now.date() if ask.now else None)
    if rules and ask.settings.get("rules") == "refuse":
        return refused(key, " ".join(f"Rule {rule.number}: {rule.words}" for rule in rules[:8]), place)
    try:
        said, facts, more = (programme if root == "iati-activities" else organisation)(element, identifier)
    except ValueError as error:
        return refused(key, str(error), place)
    if ask.settings.get("only_biodiversity") and not _for_biodiversity(facts):
        return None
    facts = {"standard": f"IATI {version}", **facts, "rules": [f"{rule.number}: {rule.words}" for rule in rules]}
    changed = moment(element.get("last-updated-datetime"), ask.now)
    return found(key, record=said, place=place, facts=facts, stated_at=changed, **more)


def _mark(element: "_Element") -> str:
    """A key for what its publisher gave none: the same as long as nothing in it changes."""
    from lxml import etree

    return f"without identifier {hashlib.sha256(etree.tostring(element)).hexdigest()[:32]}"


def _for_biodiversity(facts: Mapping[str, Any]) -> bool:
    marker = facts.get("biodiversity_marker")
    return marker in (1, 2) or any(sector.get("code") == "41030" for sector in facts.get("sectors", ()))
