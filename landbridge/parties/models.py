"""Parties, accounts and memberships: who may speak for whom; and what each person is told."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

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
    """A person who can sign in, or a service that acts with tokens only."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, default="en")
    kind = models.CharField(max_length=10, default="person", choices=[("person", "person"), ("service", "service")])
    notify = models.JSONField(default=dict, blank=True)
    """Kind of notice to how it is mailed: at_once, daily, weekly or none; what is not named takes the default."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    session_salt = models.CharField(max_length=32, blank=True)
    """Goes into the mark of every session: a new one ends all that were begun before."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.email

    def get_session_auth_hash(self) -> str:
        """The mark that a session must bear: another pass phrase or salt makes it void."""
        return salted_hmac(
            "landbridge.parties.session", self.password + self.session_salt, algorithm="sha256"
        ).hexdigest()


class Membership(models.Model):
    """An account's role for a party, from a day until a day; without a party, for the node."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    focal_point_kind = models.CharField(max_length=20, blank=True)
    since = models.DateField(auto_now_add=True)
    until = models.DateField(null=True, blank=True)
    """The last day; delegated publishing is a membership that ends by itself."""
    granted_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source_record = models.CharField(max_length=100, blank=True)
    """The published nomination or focal-point notice that gave the role."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "party", "role", "focal_point_kind"], name="one_membership_per_role"
            ),
            models.UniqueConstraint(
                fields=["account", "role"], condition=Q(party__isnull=True), name="one_membership_of_the_node_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.role} {self.party}"


class Invitation(models.Model):
    """A role that waits for the person at an e-mail address."""

    email = models.EmailField()
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=40)
    focal_point_kind = models.CharField(max_length=20, blank=True)
    until = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret in the link; the secret itself is only in the mail, and new with each mail."""
    language = models.CharField(max_length=12, default="en")
    """Of the mail."""
    succeeds = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """The membership that ends, and whose work passes on, when this one is accepted."""
    source_record = models.CharField(max_length=100, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    """When the mail was begun; from then on nobody else begins one."""
    invited_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} {self.role} {self.party_id}"


class SignIn(models.Model):
    """One sign-in or one failed try, shown to the person whose account it is."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(default=timezone.now)
    succeeded = models.BooleanField()
    method = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="sign_ins_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at}"


class OneTimeLink(models.Model):
    """A link in a mail that does one thing, once: the secret is only in the mail, here is its SHA-256."""

    digest = models.CharField(primary_key=True, max_length=64)
    purpose = models.CharField(max_length=30)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class Notice(models.Model):
    """One thing that one person is told: in the page, in the feed and by mail, in their language."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=200)
    """What makes it this notice and no other: the same key is never told twice."""
    record_id = models.CharField(max_length=100, blank=True)
    told = models.JSONField(default=dict)
    """What the sentence needs: ids, titles in languages, days."""
    at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    """When a mail with it was begun; from then on it is never mailed again, whatever happens to the process."""
    mailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_notice_per_key")]
        indexes = [
            models.Index(fields=["account", "-at"], name="notices_of_account"),
            models.Index(fields=["at"], condition=Q(claimed_at__isnull=True), name="notices_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Token(models.Model):
    """A key of the API: acts as its account, within its scopes, until it expires."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the key; the key is shown once, when it is made."""
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class StoredAnswer(models.Model):
    """The answer that the API gave to a request with an Idempotency-Key, to give it again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key
