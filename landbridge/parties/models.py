"""Parties, accounts and memberships: who may speak for whom."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from landbridge.parties.permissions import Role


class Party(models.Model):
    """A Party to the Convention, an organisation or a community on whose behalf records are kept."""

    id = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in ("party", "organisation", "community")])
    country = models.CharField(max_length=3, blank=True)
    names = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.id


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Account":
        """Make an account; the address is compared without regard to case."""
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person who can sign in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """An account's role for a party, from a day until a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    since = models.DateField(auto_now_add=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "party", "role"], name="one_membership_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.role} {self.party}"
