"""The same things as an Atom feed of OData's first version, the list of sets, and the description of their types."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from landbridge.exchange.out.feeds.entries import NEVER, attribute, text
from landbridge.exchange.out.feeds.entries import moment as atom_moment
from landbridge.exchange.out.informea.sets import FILES, MOMENT, NUMBER, SETS, STRINGS, TEXTS, EntitySet
from landbridge.exchange.out.informea.things import Thing

_SERVICES: Final = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_SPACES: Final = (
    f'xmlns="http://www.w3.org/2005/Atom" xmlns:d="{_SERVICES}" xmlns:m="{_SERVICES}/metadata"'
)  # fmt: skip
_SCHEME: Final = f"{_SERVICES}/scheme"
_RELATED: Final = f"{_SERVICES}/related/files"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EDM: Final = {MOMENT: "Edm.DateTime", NUMBER: "Edm.Double", TEXTS: "Collection(LocalizableString)",
               STRINGS: "Collection(Edm.String)"}  # fmt: skip
_FILE: Final = ("id", "url", "content", "mimeType", "language", "filename")


def feed(of: EntitySet, things: list[Thing], base: str, updated: datetime | None, count: int | None) -> Iterator[str]:
    """The feed of a page; `base` is the address of the service, with a slash at its end."""
    yield f"{_HEAD}<feed {_SPACES} xml:base={attribute(base)}>\n<id>{text(base + of.name)}</id>\n"
    yield f'<title type="text">{of.name}</title>\n<updated>{atom_moment(updated or NEVER)}</updated>\n'
    yield f'<link rel="self" title="{of.name}" href="{of.name}"/>\n<author><name/></author>\n'
    if count is not None:
        yield f"<m:count>{count}</m:count>\n"
    for one in things:
        yield from entry(of, one, base, inside=True)
    yield "</feed>\n"


def entry(of: EntitySet, one: Thing, base: str, *, inside: bool = False) -> Iterator[str]:
    """One thing, inside a feed or as a document of its own."""
    yield "<entry>\n" if inside else f"{_HEAD}<entry {_SPACES} xml:base={attribute(base)}>\n"
    where = f"{of.name}('{one['id']}')"
    names = one.get(of.label) or {}
    title = names.get("en") or next(iter(names.values()), "") or one.get("lastName") or one["id"]
    yield f"<id>{text(base + where)}</id>\n<category term={attribute(of.thing)} scheme={attribute(_SCHEME)}/>\n"
    yield f'<link rel="edit" title={attribute(of.thing)} href={attribute(where)}/>\n<title>{text(title)}</title>\n'
    yield f"<updated>{one['updated'][:19]}Z</updated>\n<author><name/></author>\n"
    if FILES in of.properties.values():
        yield from _files(one.get("files") or [], where)
    yield '<content type="application/xml"><m:properties>\n'
    for name, kind in of.properties.items():
        if kind != FILES:
            yield f"{_property(name, kind, one[name])}\n"
    yield "</m:properties></content>\n</entry>\n"


def _property(name: str, kind: str, value: Any) -> str:
    type = f' m:type="{_EDM[kind]}"' if kind in _EDM else ""
    if value in (None, "", {}, []):
        return f'<d:{name}{type} m:null="true"/>'
    if kind == TEXTS:
        parts = (_localized(tag, words) for tag, words in value.items())
        return f"<d:{name}{type}>{''.join(parts)}</d:{name}>"
    if kind == STRINGS:
        return f"<d:{name}{type}>{''.join(f'<d:element>{text(one)}</d:element>' for one in value)}</d:{name}>"
    return f"<d:{name}{type}>{text(str(value))}</d:{name}>"


def _localized(tag: str, words: str) -> str:
    told = f"<d:language>{text(tag)}</d:language><d:value>{text(words)}</d:value>"
    return f'<m:item type="LocalizableString">{told}</m:item>'


def _files(files: list[Thing], where: str) -> Iterator[str]:
    yield f'<link rel="{_RELATED}" type="application/atom+xml;type=feed" title="files" href="{where}/files"><m:inline>'
    yield f"<feed><id>{where}/files</id><title>files</title><updated>{atom_moment(NEVER)}</updated>"
    for one in files:
        told = "".join(_property(name, "string", one[name]) for name in _FILE)
        updated = f"<updated>{atom_moment(NEVER)}</updated>"
        yield f"<entry><id>{text(one['id'])}</id><title/>{updated}<author><name/></author>"
        yield f'<content type="application/xml"><m:properties>{told}</m:properties></content></entry>'
    yield "</feed></m:inline></link>\n"


def service(base: str) -> str:
    """The list of sets (Atom Publishing Protocol)."""
    sets = "".join(
        f'<collection href="{name}"><atom:title>{name}</atom:title></collection>' for name in SETS
    )  # fmt: skip
    spaces = 'xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom"'
    title = "<atom:title>Default</atom:title>"
    return f"{_HEAD}<service {spaces} xml:base={attribute(base)}><workspace>{title}{sets}</workspace></service>\n"


def metadata() -> str:
    """The types of all sets, in the schema language of OData's first version (CSDL 1.2)."""
    types = "".join(_type(of.thing, of.properties) for of in SETS.values())
    file = _type("File", dict.fromkeys(_FILE, "string"))
    localized = (
        '<ComplexType Name="LocalizableString"><Property Name="language" Type="Edm.String" Nullable="false"/>'
        '<Property Name="value" Type="Edm.String"/></ComplexType>'
    )
    sets = "".join(f'<EntitySet Name="{of.name}" EntityType="informea.{of.thing}"/>' for of in SETS.values())
    container = f'<EntityContainer Name="InforMEAService" m:IsDefaultEntityContainer="true">{sets}</EntityContainer>'
    schema = f'<Schema xmlns="http://schemas.microsoft.com/ado/2007/05/edm" Namespace="informea">{types}{file}'
    return (
        f'{_HEAD}<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" xmlns:m="{_SERVICES}/metadata" '
        f'Version="1.0"><edmx:DataServices m:DataServiceVersion="1.0">{schema}{localized}{container}</Schema>'
        "</edmx:DataServices></edmx:Edmx>\n"
    )


def _type(name: str, properties: Mapping[str, str]) -> str:
    told = "".join(
        f'<Property Name="{one}" Type="{_EDM.get(kind, "Edm.String")}" Nullable="{str(one != "id").lower()}"/>'
        for one, kind in properties.items() if kind != FILES
    )  # fmt: skip
    return f'<EntityType Name="{name}"><Key><PropertyRef Name="id"/></Key>{told}</EntityType>'
