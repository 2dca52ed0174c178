"""What can be done with an account itself: by the person whose it is, or by the node's operator."""

from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.lib.mail import one_line
from landbridge.lib.secret import new_secret
from landbridge.parties.actions import Refused, clean_email
from landbridge.parties.models import Account, SignIn

KEPT_SIGN_INS: Final = 200


def note_sign_in(*, account_id: int, succeeded: bool, method: str, address: str, agent: str) -> None:
    """Keep a sign-in, or a try, for the person whose account it is; the oldest ones go."""
    SignIn.objects.create(
        account_id=account_id, succeeded=succeeded, method=method[:30], address=address[:45],
        agent=one_line(agent)[:200],
    )  # fmt: skip
    kept = SignIn.objects.filter(account_id=account_id).order_by("-pk").values_list("pk", flat=True)
    if oldest := list(kept[KEPT_SIGN_INS : KEPT_SIGN_INS + 1]):
        SignIn.objects.filter(account_id=account_id, pk__lte=oldest[0]).delete()


def change_account(*, account: Account, name: str, language: str) -> None:
    """Take down a name, and the language of the mails."""
    account.name = one_line(name)[:200]
    account.language = language if language in LANGUAGES else account.language
    account.save(update_fields=["name", "language"])


def sign_out_everywhere(*, account: Account) -> None:
    """End every session of an account; the caller renews the one that should stay."""
    account.session_salt = new_secret()[:32]
    account.save(update_fields=["session_salt"])


def open_account(*, email: str, name: str = "", language: str = DEFAULT) -> Account:
    """An account for an address that the operator vouches for: confirmed, without a pass phrase.

    Raises:
        Refused: the address is none, or has an account already.
    """
    address = clean_email(email)
    with transaction.atomic():
        if Account.objects.filter(email=address).exists():
            raise Refused(f"There is an account {address} already.", "email")
        account = Account.objects.create_user(address, None, name=one_line(name)[:200], language=language)
        vouch(account=account)
    return account


def vouch(*, account: Account) -> None:
    """Take an account's own address as confirmed, on the operator's word."""
    EmailAddress.objects.update_or_create(
        user=account, email=account.email, defaults={"verified": True, "primary": True}
    )


def disable(*, account: Account) -> None:
    """Shut an account: nobody signs in to it, its keys and sessions are void; what it wrote stays."""
    with transaction.atomic():
        account.is_active = False
        account.save(update_fields=["is_active"])
        account.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
        sign_out_everywhere(account=account)
