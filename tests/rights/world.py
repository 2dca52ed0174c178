"""Records of every owner, state and visibility, each with a word of its own that stands nowhere else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from landbridge.registry.models import Record
from tests.cast import Company
from tests.rights import table
from tests.rights.test_doing import bring

OWNERS: Final = ("FJI", "navakavu", None)
WORDS: Final = re.compile(r"z[qz](?:fji|navakavu|nobodys)[a-z]+")
"""What each record is known by: `zq…` in what it is called, `zz…` in the answer that it withholds."""


@dataclass(frozen=True)
class Known:
    """A record of the world."""

    owner: str | None
    state: str
    visibility: str

    @property
    def id(self) -> str:
        return f"{(self.owner or 'nobodys').lower()}-{self.state}-{self.visibility}"

    @property
    def word(self) -> str:
        """Stands in the title that is shown, or in the draft where nothing is."""
        return "zq" + self.id.replace("-", "")

    @property
    def unfinished(self) -> str:
        """Stands in the title of the revision that is not published yet."""
        return self.word + "unfinished" if self.state == "reopened" else self.word

    @property
    def withheld(self) -> str:
        return "zz" + self.id.replace("-", "")

    @property
    def is_shown(self) -> bool:
        return self.state in ("published", "reopened")

    def data(self, word: str) -> dict[str, Any]:
        return {
            "title": f"Reed beds {word}", "summary": f"Reed beds of {word} clean the water.", "places": ["FJI"],
            "description": f"Where the reed stands: {self.withheld}", "withheld": ["description"],
        }  # fmt: skip


def known() -> Iterator[Known]:
    for owner in OWNERS:
        for state in table.STATES:
            for visibility in table.VISIBILITIES:
                yield Known(owner, state, visibility)


EVERY: Final = tuple(known())


def build(company: Company) -> None:
    """Bring them in. Those of nobody were begun by Yusuf."""
    from landbridge.registry.actions import NODE, revise

    for one in EVERY:
        state = "published" if one.state == "reopened" else one.state
        bring(state, one.owner, one.visibility, data=one.data(one.word), record_id=one.id, format="technology")
        if one.state == "reopened":
            revise(actor=NODE, record_id=one.id, data=one.data(one.unfinished), language="en")
    Record.objects.filter(owner=None).update(author=company.yusuf.account)


def works_on(person: str, one: Known) -> bool:
    return table.works_on(person, one.owner, _began(person, one), one.state, one.visibility)


def reads(person: str, one: Known) -> bool:
    return table.reads(person, one.owner, _began(person, one), one.state, one.visibility)


def _began(person: str, one: Known) -> bool:
    return one.owner is None and person == "yusuf"


def owns(person: str, one: Known) -> bool:
    """Whether the person sees the whole of it: it is theirs, or they run the node."""
    is_own = _began(person, one) or (person in table.WORKS and table.PARTY_OF.get(person) == one.owner)
    return person in table.RUNS or is_own


def words_for(person: str) -> set[str]:
    """All words that the person may come across."""
    found = set()
    for one in EVERY:
        if reads(person, one):
            found |= {one.word} if one.is_shown or works_on(person, one) else set()
            found |= {one.unfinished} if works_on(person, one) else set()
            found |= {one.withheld} if owns(person, one) else set()
    return found


def public_words() -> set[str]:
    return {one.word for one in EVERY if one.is_shown and one.visibility == "public"}
