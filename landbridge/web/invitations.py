"""Letters that invite: begun once, in the language that was chosen for them."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from landbridge.lib.mail import one_line
from landbridge.parties.actions import begin_mail
from landbridge.parties.models import Invitation
from landbridge.parties.queries import open_invitations
from landbridge.web.accounts import send
from landbridge.web.role_names import kind_name, member_name, party_name, role_name

_AT_A_TIME: Final = 100


def mail(invitation_id: int) -> bool:
    """Mail an invitation, unless somebody else has begun to: whether it went."""
    secret = begin_mail(invitation_id=invitation_id)
    if not secret:
        return False
    invitation = Invitation.objects.select_related("party", "invited_by").get(pk=invitation_id)
    with translation.override(invitation.language):
        letter = _letter(invitation, secret)
    return send(letter)


def _letter(invitation: Invitation, secret: str) -> EmailMessage:
    inviter = invitation.invited_by
    told: dict[str, Any] = {
        "node_name": settings.NODE_NAME, "base_url": settings.BASE_URL, "party": party_name(invitation.party),
        "role": role_name(invitation.role), "kind": kind_name(invitation.focal_point_kind),
        "inviter": member_name(inviter) if inviter and inviter.is_active else "",
        "join_url": f"{settings.BASE_URL}/people/invitations/{secret}",
    }  # fmt: skip
    subject = render_to_string("people/mail/invitation_subject.txt", told)
    body = render_to_string("people/mail/invitation_message.txt", told)
    return EmailMessage(settings.EMAIL_SUBJECT_PREFIX + one_line(subject), body, to=[invitation.email])


class InvitationMails:
    """A task of the clock: mails the invitations that nobody was there to mail, as those of focal-point notices."""

    name = "invitation-mails"
    every = 30.0

    def run(self, now: datetime) -> None:
        waiting = open_invitations().filter(mailed_at=None).order_by("pk").values_list("pk", flat=True)
        for invitation_id in waiting[:_AT_A_TIME]:
            mail(invitation_id)
