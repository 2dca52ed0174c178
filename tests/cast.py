"""The cast of the tests on rights: who they are, and for whom they speak.

Losa is the focal point of Fiji. Henri is a help-desk officer of the node. Priya works for an institute that provides
technology. Malia speaks for a community. Sven is a stranger with an account and no role.

Where every role must be there, the others come as well: see `Company`.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

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


@dataclass(frozen=True)
class Company(Cast):
    """The cast, and everybody else who can be something."""

    tomasi: Person
    """National authorised user of Fiji."""
    mere: Person
    """Publishing authority of Fiji."""
    litia: Person
    """Contributor to the records of Fiji."""
    wanjiru: Person
    """Focal point of Kenya."""
    ines: Person
    """Administrator of the institute."""
    noor: Person
    """Editor of the institute."""
    emil: Person
    """Expert of the institute."""
    yusuf: Person
    """An expert who works for himself: no role, his record has no owner."""
    ada: Person
    """Administrator of the node."""
    chen: Person
    """Editor of the node."""
    kofi: Person
    """Was focal point of Fiji until yesterday."""
    olga: Person
    """Publishing authority of Fiji and administrator of the node, but her account is closed."""

    def everybody(self) -> dict[str, Person]:
        """Name to person."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _person(email: str, role: Role | None = None, party: Party | None = None, days: int | None = None) -> Person:
    account = Account.objects.create_user(email)
    if role is not None:
        until = None if days is None else datetime.now(UTC).date() + timedelta(days=days)
        Membership.objects.create(account=account, party=party, role=role, until=until)
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


def assemble_all() -> Company:
    """Bring everybody into the database."""
    cast = assemble()
    fiji, institute = Party.objects.get(pk="FJI"), Party.objects.get(pk="reef-institute")
    kenya = Party.objects.create(id="KEN", kind="party", country="KEN", names={"en": "Kenya"})
    olga = _person("olga@example.org", Role.PUBLISHING_AUTHORITY, fiji)
    Membership.objects.create(account=olga.account, role=Role.ADMINISTRATOR)
    olga.account.is_active = False
    olga.account.save()
    return Company(
        **{field.name: getattr(cast, field.name) for field in fields(cast)},
        tomasi=_person("tomasi@example.org", Role.AUTHORISED_USER, fiji),
        mere=_person("mere@example.org", Role.PUBLISHING_AUTHORITY, fiji),
        litia=_person("litia@example.org", Role.CONTRIBUTOR, fiji),
        wanjiru=_person("wanjiru@example.org", Role.FOCAL_POINT, kenya),
        ines=_person("ines@example.org", Role.ADMINISTRATOR, institute),
        noor=_person("noor@example.org", Role.EDITOR, institute),
        emil=_person("emil@example.org", Role.EXPERT, institute),
        yusuf=_person("yusuf@example.org"),
        ada=_person("ada@example.org", Role.ADMINISTRATOR),
        chen=_person("chen@example.org", Role.EDITOR),
        kofi=_person("kofi@example.org", Role.FOCAL_POINT, fiji, days=-1),
        olga=olga,
    )
