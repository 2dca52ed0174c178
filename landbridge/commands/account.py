"""`landbridge account`: the operator lets the first people in, and shuts accounts."""

import click
from django.conf import settings

from landbridge.commands.shared import say, table, up_to_date
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.parties import accounts, actions
from landbridge.parties.models import Account, Membership, Party
from landbridge.parties.permissions import FOCAL_POINT_KINDS, PARTY_ROLES, Role
from landbridge.parties.queries import kind_of
from landbridge.parties.standing import NODE, current
from landbridge.registry import leaving
from landbridge.web.accounts import set_password_path

ROLES = sorted({role.value for roles in PARTY_ROLES.values() for role in roles})


@click.group()
def account() -> None:
    """People with accounts: add, list, let in, shut."""


def _find(email: str) -> Account:
    found = Account.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise click.ClickException(f"There is no account {email}.")
    return found


def _party(key: str) -> Party | None:
    """A party by its id; a Party to the Convention comes into being by its country."""
    if not key:
        return None
    found = Party.objects.filter(pk=key).first()
    term = None if found else vocabulary("countries").find(key)
    if found is None and term is None:
        raise click.ClickException(f"There is no party {key}; name a country, or make the organisation under /people.")
    if found is not None or term is None:
        return found
    known = Party.objects.filter(pk=term.id).first()
    names = {tag: labels[0] for tag, labels in term.labels.items()}
    return known or actions.create_party(actor=NODE, kind="party", id=term.id, country=term.id, names=names)


@account.command()
@click.argument("email")
@click.option("--name", default="", help="What the person is called.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of letters to them.")
@click.option("--role", type=click.Choice(ROLES), help="A role; without --party for the node itself.")
@click.option("--party", default="", help="The id of a party, or a country by code or name.")
@click.option("--kind", type=click.Choice(FOCAL_POINT_KINDS), help="The kind of focal point.")
def add(email: str, name: str, language: str, role: str | None, party: str, kind: str | None) -> None:
    """Open an account whose address you vouch for, or give one that is there a role; print a link to sign in."""
    up_to_date()
    if (party or kind) and not role:
        raise click.UsageError("--party and --kind say for whom a --role is; name the role as well.")
    existing = Account.objects.filter(email=email.strip().lower()).first()
    found = _party(party)
    if role and Role(role) not in PARTY_ROLES[kind_of(found)]:
        possible = ", ".join(one.value for one in PARTY_ROLES[kind_of(found)])
        raise click.UsageError(f"For {party or 'the node'} a role is one of: {possible}.")
    person = existing or accounts.open_account(email=email, name=name, language=language)
    if role:
        actions.grant(actor=NODE, account=person, wanted=actions.Appointment(Role(role), found, kind or ""))
    say("account", f"{person.email}{'' if existing is None else ' (was there already)'}")
    if role:
        say("role", f"{role} of {found.pk if found else 'the node'}")
    if existing is None:
        _print_link(person)


@account.command(name="list")
@click.option("--role", type=click.Choice(ROLES), help="Only who holds this role today.")
def list_(role: str | None) -> None:
    """List accounts with their roles of today."""
    up_to_date()
    held: dict[int, list[str]] = {}
    for account_id, name, party in (
        Membership.objects.filter(current()).order_by("pk").values_list("account_id", "role", "party_id")
    ):
        held.setdefault(account_id, []).append(f"{name} of {party or 'the node'}")
    people = Account.objects.order_by("email").iterator()
    rows = [
        (one.email, one.name, "open" if one.is_active else "erased" if one.erased_at else "shut",
         ", ".join(held.get(one.pk, ())))
        for one in people
        if role is None or any(entry.startswith(f"{role} ") for entry in held.get(one.pk, ()))
    ]  # fmt: skip
    table(rows, ("address", "name", "state", "roles"))


@account.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link with which the person chooses a pass phrase: it works once, for three days."""
    person = _find(email)
    if not person.is_active:
        raise click.ClickException(f"The account {person.email} is shut.")
    accounts.vouch(account=person)
    _print_link(person)


def _print_link(person: Account) -> None:
    say("link", settings.BASE_URL + set_password_path(person))
    say("", "It works once, for three days. Whoever has it is this person: give it to nobody else.")


@account.command()
@click.argument("email")
def disable(email: str) -> None:
    """Shut an account: nobody signs in to it, its sessions and keys are void. What it wrote stays."""
    person = _find(email)
    accounts.disable(account=person)
    say("account", f"{person.email} is shut; `landbridge account enable` opens it again")


@account.command()
@click.argument("email")
@click.confirmation_option(prompt="Name, address and all that is only theirs go for good. Erase the account?")
def erase(email: str) -> None:
    """Erase a person who asks for it: what is only theirs goes, their own records are blanked in every version."""
    person = _find(email)
    told = leaving.farewell(person)
    leaving.erase(account=person)
    say("account", f"erased; {told.records} records of their own are gone, here and on other nodes")


@account.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open an account that was shut."""
    person = _find(email)
    if person.erased_at is not None:
        raise click.ClickException("This account was erased, which cannot be undone.")
    person.is_active = True
    person.save(update_fields=["is_active"])
    say("account", f"{person.email} is open")
