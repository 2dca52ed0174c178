"""The cast of the tests on rights: who they are, and for whom they speak.

Losa is the focal point of Fiji. Henri is a help-desk officer of the node. Priya works for an institute that provides
technology. Malia speaks for a community. Sven is a stranger with an account and no role.
"""

from dataclasses import dataclass

from landbridge.parties.models import Account, Membership, Party
from landbridge.parties.permissions import Role
from landbridge.registry.readers import reader_of
from landbridge.registry.rules import Reader
from landbridge.registry.writing import Actor


@dataclass(frozen=True)
class Person:
    """One of the cast, as somebody who acts and as somebody who reads."""

    account: Account
    parties: frozenset[str]

    @property
    def actor(self) -> Actor:
        return Actor(account_id=self.account.pk)

    @property
    def reader(self) -> Reader:
        return reader_of(self.account)


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    losa: Person
    henri: Person
    priya: Person
    malia: Person
    sven: Person


def _person(email: str, role: Role | None = None, party: Party | None = None) -> Person:
    account = Account.objects.create_user(email)
    if role is not None:
        Membership.objects.create(account=account, party=party, role=role)
    return Person(account, frozenset({party.pk} if party else ()))


def assemble() -> Cast:
    """Bring the cast into the database."""
    fiji = Party.objects.create(id="FJI", kind="party", country="FJI", names={"en": "Fiji"})
    institute = Party.objects.create(id="reef-institute", kind="organisation", names={"en": "Reef Institute"})
    village = Party.objects.create(id="navakavu", kind="community", country="FJI", names={"en": "Navakavu"})
    return Cast(
        losa=_person("losa@example.org", Role.FOCAL_POINT, fiji),
        henri=_person("henri@example.org", Role.HELPDESK),
        priya=_person("priya@example.org", Role.CONTRIBUTOR, institute),
        malia=_person("malia@example.org", Role.EDITOR, village),
        sven=_person("sven@example.org"),
    )
