"""Notices in words, in the reader's language: for the page, the feed and the mails.

Nothing of a record is kept in a notice but its id. Title and remarks are asked for when somebody looks, with the rights
that they have then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.utils.translation import gettext, ngettext, pgettext

from landbridge.lib.languages import choose
from landbridge.lib.mail import one_line
from landbridge.parties.models import Invitation, Notice
from landbridge.parties.queries import open_invitations
from landbridge.registry.naming import names_of
from landbridge.registry.rules import Reader
from landbridge.registry.telling import Named, names
from landbridge.search.models import Watch
from landbridge.web.labels import number, reader_language, spelled
from landbridge.web.role_names import party_name, role_name
from landbridge.web.watches import label

_WORK: Final = frozenset({"submitted", "returned", "commented", "retired"})
"""Kinds that lead to where the record is worked on, not to what readers see."""
CONFIRMED: Final = frozenset({"confirm", "overdue", "expert_expiry"})
"""Kinds that ask to confirm the record."""


@dataclass(frozen=True)
class Link:
    """A record that is named: its title in whatever language there is, and its page."""

    title: str
    language: str
    href: str


@dataclass(frozen=True)
class Words:
    """One notice in words. `hidden` when it is about what the reader may not see any more: then nothing is told."""

    notice: Notice
    text: str
    href: str = ""
    note: str = ""
    links: tuple[Link, ...] = ()
    more: int = 0
    hidden: bool = False

    @property
    def confirms(self) -> bool:
        """Whether the record can be confirmed right there."""
        return self.notice.kind in CONFIRMED and bool(self.notice.record_id) and not self.hidden


@dataclass(frozen=True)
class _Known:
    """What the sentences need, asked for once for all notices of a page."""

    records: Mapping[str, Named]
    watches: Mapping[int, Watch]
    parties: Mapping[str, str]
    invitations: Mapping[int, Invitation]
    isolated: bool
    titles: dict[str, Link] = field(default_factory=dict)

    def link(self, record_id: str) -> Link | None:
        """A record by its title."""
        named = self.records.get(record_id)
        if named is None:
            return None
        tag, title = choose(dict(named.titles), reader_language(), named.language)
        return Link(one_line(title) or record_id, tag, f"/records/{record_id}")

    def title(self, record_id: str) -> str:
        """A title within a sentence: it keeps its own direction."""
        link = self.link(record_id)
        return self.apart(link.title) if link else ""

    def apart(self, text: str) -> str:
        """A text that may run the other way than the sentence that it stands in."""
        return f"\u2068{text}\u2069" if self.isolated and text else text


def in_words(notices: Sequence[Notice], reader: Reader, *, isolated: bool = True) -> list[Words]:
    """Notices in the reader's language: at most five queries, however many there are.

    `isolated` puts titles between marks that keep their direction, which a header of a mail cannot hold.
    """
    known = _known(notices, reader, isolated)
    return [_words(notice, known) for notice in notices]


def _known(notices: Sequence[Notice], reader: Reader, isolated: bool) -> _Known:
    ids = {notice.record_id for notice in notices if notice.record_id}
    watched = {number for notice in notices if isinstance(number := notice.told.get("watch"), int)}
    for notice in notices:
        ids.update(_records(notice))
    watches = {watch.pk: watch for watch in Watch.objects.filter(pk__in=watched)} if watched else {}
    parties = {str(notice.told["party"]) for notice in notices if notice.told.get("party")}
    return _Known(
        names(ids, reader) if ids else {}, watches, names_of(parties, reader_language()) if parties else {},
        _invitations(notices), isolated,
    )  # fmt: skip


def _invitations(notices: Sequence[Notice]) -> dict[int, Invitation]:
    """Those that can still be accepted."""
    told = {number for notice in notices if isinstance(number := notice.told.get("invitation"), int)}
    return open_invitations().select_related("party").in_bulk(told) if told else {}


def _records(notice: Notice) -> list[str]:
    given = notice.told.get("records")
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _words(notice: Notice, known: _Known) -> Words:
    if notice.kind in _SEVERAL:
        return _of_several(notice, known)
    if not notice.record_id:
        return Words(notice, *_PLAIN.get(notice.kind, _other)(notice, known))
    named = known.records.get(notice.record_id)
    if named is None:
        return Words(notice, gettext("A record that you cannot read any more"), hidden=True)
    href = f"/records/{named.id}/work" if notice.kind in _WORK and named.works else f"/records/{named.id}"
    if notice.kind == "nominated":
        href = f"/roster/experts/{named.id}"
    note = str(notice.told.get("note") or "") if named.whole else ""
    sentence = _sentence(notice) % {
        "title": known.title(named.id), "day": spelled(str(notice.told.get("day") or "")),
    }  # fmt: skip
    return Words(notice, sentence, href, note)


def _sentence(notice: Notice) -> str:
    """The sentence for what happened to one record, with its title to be put in."""
    return {
        "submitted": gettext("“%(title)s” waits for review"),
        "returned": gettext("“%(title)s” was returned to you"),
        "commented": gettext("A new comment on “%(title)s”"),
        "published": gettext("“%(title)s” is published"),
        "retired": gettext("“%(title)s” was taken out of sight"),
        "endorsed": gettext("“%(title)s” was endorsed"),
        "nominated": gettext("A Party nominates “%(title)s” for the roster. It counts when you agree."),
        "confirm": gettext("Is “%(title)s” still true? Please confirm it by %(day)s."),
        "overdue": gettext("“%(title)s” was to be confirmed by %(day)s. Is it still true?"),
        "expert_expiry": gettext("“%(title)s” leaves the roster on %(day)s unless it is confirmed before."),
    }.get(notice.kind, "“%(title)s”")


def _of_several(notice: Notice, known: _Known) -> Words:
    """New records under a watch: those that the reader may see, and how many more there are."""
    told = _records(notice)
    links = tuple(link for one in told if (link := known.link(one)) is not None)
    count = _count(notice) - (len(told) - len(links))
    watch = known.watches.get(notice.told.get("watch") or 0)
    if not links or count < 1 or (notice.kind == "match" and notice.record_id not in known.records):
        return Words(notice, gettext("A record that you cannot read any more"), hidden=True)
    if notice.kind == "match":
        text = ngettext("%(shown)s new match for “%(title)s”", "%(shown)s new matches for “%(title)s”", count)
        title, href = known.title(notice.record_id), f"/match?record={notice.record_id}"
    else:
        text = ngettext("%(shown)s new record under “%(title)s”", "%(shown)s new records under “%(title)s”", count)
        title, href = known.apart(one_line(label(watch)) if watch else ""), "/desk/watches"
    return Words(notice, text % {"shown": number(count), "title": title}, href, links=links, more=count - len(links))


def _count(notice: Notice) -> int:
    count = notice.told.get("count")
    return count if isinstance(count, int) else 0


def _waiting(notice: Notice, known: _Known) -> tuple[str, str]:
    count = _count(notice)
    text = ngettext(
        "%(shown)s record has waited for review for more than a week",
        "%(shown)s records have waited for review for more than a week", count,
    )  # fmt: skip
    return text % {"shown": number(count)}, "/review"


def _unkept(notice: Notice, known: _Known) -> tuple[str, str]:
    count = _count(notice)
    text = ngettext(
        "%(shown)s record that nobody keeps is overdue for confirmation",
        "%(shown)s records that nobody keeps are overdue for confirmation", count,
    )  # fmt: skip
    return text % {"shown": number(count)}, "/review"


def _role(notice: Notice, known: _Known) -> tuple[str, str]:
    party = str(notice.told.get("party") or "")
    name = known.apart(known.parties.get(party, party) or one_line(settings.NODE_NAME))
    text = {
        "ended": gettext("Your role for %(party)s has ended"),
        "alone": gettext("Nobody answers for %(party)s any more"),
    }.get(str(notice.told.get("what")), gettext("You have a role for %(party)s"))
    return text % {"party": name}, "/people" if notice.told.get("what") == "alone" else "/account"


def _invited(notice: Notice, known: _Known) -> tuple[str, str]:
    """To what; nothing of it is told when it was taken back, used or has run out."""
    invitation = known.invitations.get(notice.told.get("invitation") or 0)
    if invitation is None:
        return gettext("An invitation that is not open any more"), ""
    role = f"{party_name(invitation.party)} · {role_name(invitation.role)}"
    return gettext("Invitation: %(party)s") % {"party": known.apart(one_line(role))}, (
        f"/people/join?invitation={invitation.pk}"
    )


def _webhook_off(notice: Notice, known: _Known) -> tuple[str, str]:
    text = gettext("A webhook was turned off because its address did not answer: %(url)s")
    return text % {"url": known.apart(one_line(str(notice.told.get("url") or ""))[:200])}, "/account/webhooks"


def _source_failing(notice: Notice, known: _Known) -> tuple[str, str]:
    text = gettext("A source of records fails again and again: %(title)s")
    title = known.apart(one_line(str(notice.told.get("title") or ""))[:200])
    return text % {"title": title}, f"/sources/{notice.told.get('source')}"


def _notified(notice: Notice, known: _Known) -> tuple[str, str]:
    text = gettext("Another system sent something to the inbox: %(sender)s")
    return text % {"sender": known.apart(one_line(str(notice.told.get("from") or ""))[:200])}, "/notifications"


def _other(notice: Notice, known: _Known) -> tuple[str, str]:
    return kind_name(notice.kind), "/desk"


_SEVERAL: Final = frozenset({"watch", "match"})
_PLAIN: Final[Mapping[str, Callable[[Notice, _Known], tuple[str, str]]]] = {
    "waiting": _waiting, "overdue": _unkept, "role": _role, "invited": _invited, "webhook_off": _webhook_off,
    "source_failing": _source_failing, "notified": _notified,
}  # fmt: skip
"""Kinds of notice that are about no single record."""


def kind_name(kind: str) -> str:
    """What a kind of notice is called among the choices."""
    return {
        "submitted": gettext("A record waits for my review"),
        "waiting": gettext("Records wait for review for more than a week"),
        "returned": gettext("A record was returned to me"),
        "commented": gettext("Comments where I take part"),
        "published": gettext("My record is published"),
        "retired": gettext("My record was taken out of sight"),
        "endorsed": gettext("My record was endorsed"),
        "nominated": gettext("A Party nominates me for the roster"),
        "confirm": gettext("A record is to be confirmed soon"),
        "overdue": gettext("A record is overdue"),
        "expert_expiry": gettext("An entry is about to leave the roster"),
        "match": gettext("New matches for needs that I watch"),
        "watch": gettext("New records under what I watch"),
        "role": gettext("My roles change"),
        "invited": gettext("I am invited to a role (the letter comes in any case)"),
        "webhook_off": gettext("A webhook was turned off"),
        "source_failing": gettext("A source of records fails"),
        "notified": gettext("Another system sends an offer or an answer"),
    }.get(kind, kind)


def way_name(way: str) -> str:
    """How something is mailed."""
    return {
        "at_once": pgettext("mails", "At once"), "daily": pgettext("mails", "Once a day"),
        "weekly": pgettext("mails", "Once a week"), "none": pgettext("mails", "Not by mail"),
    }.get(way, way)  # fmt: skip


def told(words: Iterable[Words]) -> list[Words]:
    """Those of which something may be told."""
    return [one for one in words if not one.hidden]
