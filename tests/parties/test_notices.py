"""Who is told what of their records, once, and nobody else."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from landbridge.parties import links, notices
from landbridge.parties.models import Notice, OneTimeLink
from landbridge.parties.notices import choose, listed, mark_read, tell, unread, way
from landbridge.registry import actions, journal
from landbridge.registry.models import Comment, Cursor, Record
from landbridge.registry.rules import ANYONE
from landbridge.registry.telling import CommentNotices, NoticeFollower, names
from landbridge.registry.writing import NODE, Said
from tests.cast import Cast, Person, assemble
from tests.node import Node
from tests.registry.conftest import NEED


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the notices follow the journal to its end."""
    follower = NoticeFollower()
    monkeypatch.setattr(journal, "followers", lambda: (follower,))
    return journal.follow_to_end


def told(person: Person) -> list[tuple[str, str]]:
    """What a person was told, in order."""
    return list(Notice.objects.filter(account=person.account).order_by("pk").values_list("kind", "record_id"))


def draft(person: Person, owner: str | None = None, record_id: str = "rewa", **more: Any) -> Record:
    return actions.draft(
        actor=person.actor, format="need", record_id=record_id, data=NEED, workflow="national", owner=owner, **more
    )


def test_a_record_on_its_way_tells_each_the_right_thing(cast: Cast, follow: Any) -> None:
    from landbridge.parties.models import Membership, Party
    from landbridge.parties.permissions import Role

    Membership.objects.create(account=cast.sven.account, party=Party.objects.get(pk="FJI"), role=Role.CONTRIBUTOR)
    draft(cast.sven, "FJI")
    follow()
    assert not Notice.objects.exists()
    actions.submit(actor=cast.sven.actor, record_id="rewa")
    follow()
    assert told(cast.losa) == [("submitted", "rewa")]
    assert told(cast.sven) == []
    actions.return_(actor=cast.losa.actor, record_id="rewa", said=Said(note="Where exactly?"))
    follow()
    assert told(cast.sven) == [("returned", "rewa")]
    assert Notice.objects.get(kind="returned").told == {"note": "Where exactly?"}
    actions.submit(actor=cast.sven.actor, record_id="rewa")
    actions.publish(actor=cast.losa.actor, record_id="rewa")
    follow()
    assert told(cast.sven) == [("returned", "rewa"), ("published", "rewa")]
    assert told(cast.losa) == [("submitted", "rewa")], "what was published meanwhile does not wait for review"
    for stranger in (cast.priya, cast.malia, cast.henri):
        assert told(stranger) == []


def test_what_was_settled_counts_as_read_and_what_was_undone_goes(cast: Cast, follow: Any) -> None:
    draft(cast.losa, "FJI")
    other = Person(type(cast.losa.account).objects.create_user("second@example.org"), frozenset({"FJI"}))
    from landbridge.parties.models import Membership

    Membership.objects.create(account=other.account, party_id="FJI", role="publishing_authority")
    actions.submit(actor=cast.losa.actor, record_id="rewa")
    follow()
    assert unread(other.account.pk) == 1
    actions.publish(actor=other.actor, record_id="rewa")
    follow()
    assert unread(other.account.pk) == 0
    assert told(cast.losa) == [("published", "rewa")]
    actions.take_back(actor=other.actor, record_id="rewa")
    follow()
    assert told(cast.losa) == []


def test_a_private_record_is_told_to_nobody_who_may_not_read_it(cast: Cast, follow: Any) -> None:
    draft(cast.malia, "navakavu", visibility="private")
    actions.submit(actor=cast.malia.actor, record_id="rewa")
    follow()
    assert {kind for kind, _ in told(cast.losa) + told(cast.henri) + told(cast.priya)} == set()


def test_the_node_hears_of_what_nobody_else_can_publish(cast: Cast, follow: Any) -> None:
    from landbridge.parties.models import Account, Membership

    editor = Account.objects.create_user("editor@example.org")
    Membership.objects.create(account=editor, party=None, role="editor")
    draft(cast.priya, "reef-institute", record_id="institute")
    actions.submit(actor=cast.priya.actor, record_id="institute")
    draft(cast.malia, "navakavu", record_id="village", visibility="public")
    helper = Account.objects.create_user("helper@example.org")
    Membership.objects.create(account=helper, party_id="navakavu", role="editor")
    actions.submit(actor=cast.malia.actor, record_id="village")
    follow()
    told = set(Notice.objects.values_list("account__email", "record_id"))
    assert told == {("editor@example.org", "institute"), ("helper@example.org", "village")}


def test_an_endorsement_is_told_to_those_who_keep_the_record(cast: Cast, follow: Any) -> None:
    draft(cast.malia, "navakavu", visibility="public")
    actions.publish(actor=cast.malia.actor, record_id="rewa")
    actions.endorse(actor=cast.losa.actor, record_id="rewa", party="FJI")
    follow()
    assert told(cast.malia) == [("endorsed", "rewa")]
    assert told(cast.losa) == []


def test_who_lost_the_role_is_not_told(cast: Cast, follow: Any) -> None:
    draft(cast.malia, "navakavu", visibility="private")
    actions.publish(actor=cast.malia.actor, record_id="rewa")
    cast.malia.account.memberships.all().delete()
    actions.retire(actor=NODE, record_id="rewa")
    follow()
    assert told(cast.malia) == []


def test_who_closed_the_account_is_not_told(cast: Cast, follow: Any) -> None:
    draft(cast.sven)
    actions.publish(actor=NODE, record_id="rewa")
    type(cast.sven.account).objects.filter(pk=cast.sven.account.pk).update(is_active=False)
    actions.retire(actor=NODE, record_id="rewa")
    follow()
    assert told(cast.sven) == []


def test_a_batch_that_is_read_twice_tells_nothing_twice(cast: Cast, follow: Any) -> None:
    draft(cast.priya, "reef-institute")
    actions.publish(actor=NODE, record_id="rewa")
    follow()
    Cursor.objects.all().update(serial=0)
    follow()
    assert told(cast.priya) == [("published", "rewa")]


def test_comments_are_told_to_those_who_take_part(cast: Cast) -> None:
    from datetime import UTC, datetime

    draft(cast.malia, "navakavu")
    now = datetime.now(UTC)
    Comment.objects.create(record_id="rewa", revision=1, text="Why?", author=cast.losa.account, at=now)
    for _ in range(2):
        CommentNotices().run(now)
    assert told(cast.malia) == [("commented", "rewa")]
    Comment.objects.create(record_id="rewa", revision=1, text="So.", author=cast.malia.account, at=now)
    CommentNotices().run(now)
    assert told(cast.malia) == [("commented", "rewa")]
    assert told(cast.losa) == [], "a focal point of another owner does not work on it, and reads no drafts"


def test_telling_is_one_query_and_once(cast: Cast) -> None:
    people = [cast.losa.account.pk, cast.sven.account.pk]
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            tell(people, "published", "published:1", "rewa", {})
        assert len([one for one in asked if one["sql"].startswith("INSERT")]) == 1
    assert Notice.objects.count() == 2


def test_choices_keep_what_they_do_not_name(cast: Cast) -> None:
    account = cast.losa.account
    assert way(account, "watch") == "daily"
    choose(account, {"watch": "none", "nonsense": "daily", "match": "sometimes"})
    choose(account, {"match": "weekly"})
    account.refresh_from_db()
    assert account.notify == {"watch": "none", "match": "weekly"}
    account.notify = ["broken"]
    assert way(account, "watch") == "daily"


def test_a_list_is_paged_with_the_unread_ones_first(cast: Cast) -> None:
    account = cast.losa.account.pk
    for number in range(7):
        tell([account], "published", f"published:{number}", "")
    tell([cast.sven.account.pk], "published", "published:x", "")
    every = {notice.key: notice.pk for notice in Notice.objects.filter(account_id=account)}
    mark_read(account, [every["published:6"], every["published:2"]])
    seen: list[str] = []
    after = None
    while page := listed(account, 3, after):
        seen += [notice.key for notice in page]
        after = (page[-1].read_at is not None, page[-1].pk)
    assert [int(key[-1]) for key in seen] == [5, 4, 3, 1, 0, 6, 2]
    assert mark_read(account, up_to=every["published:4"]) == 4
    assert unread(account) == 1
    assert mark_read(cast.sven.account.pk, list(every.values())) == 0


def test_titles_are_for_those_who_may_read_them_now(cast: Cast) -> None:
    draft(cast.malia, "navakavu", visibility="private")
    assert names(["rewa", "nothing"], cast.losa.reader) == {}
    assert names(["rewa"], ANYONE) == {}
    assert names(["rewa"], cast.malia.reader)["rewa"].whole
    actions.publish(actor=cast.malia.actor, record_id="rewa", visibility="public")
    actions.revise(actor=cast.malia.actor, record_id="rewa", data={**NEED, "title": "Not yet"}, language="en")
    assert names(["rewa"], cast.malia.reader)["rewa"].titles == {"en": "Not yet"}
    assert names(["rewa"], cast.losa.reader)["rewa"].titles == {"en": NEED["title"]}
    assert not names(["rewa"], cast.losa.reader)["rewa"].whole


def test_links_are_kept_as_digests_and_used_once(cast: Cast) -> None:
    from datetime import timedelta

    from django.utils import timezone

    secret = links.new_link("confirm", cast.losa.account.pk, "rewa", timezone.now() + timedelta(days=1))
    assert secret not in str(list(OneTimeLink.objects.values()))
    link = links.find_link("confirm", secret)
    assert link is not None
    assert links.find_link("feed", secret) is None
    assert links.use_link(link)
    assert not links.use_link(link)
    old = links.renew_standing("feed", cast.losa.account.pk)
    assert links.standing_secret("feed", cast.losa.account.pk) == old
    new = links.renew_standing("feed", cast.losa.account.pk)
    assert links.find_link("feed", old) is None
    assert links.find_link("feed", new) is not None


def test_what_is_long_past_goes(cast: Cast) -> None:
    from django.utils import timezone

    tell([cast.losa.account.pk], "published", "old", "")
    tell([cast.losa.account.pk], "published", "new", "")
    Notice.objects.filter(key="old").update(at=timezone.now() - notices.KEPT * 2)
    assert notices.tidy(timezone.now()) == 1
    assert Notice.objects.get().key == "new"


_KILLED = """
import os, signal, sys
import django
django.setup()
from landbridge.commands.shared import up_to_date
from landbridge.parties.models import Account, Party, Membership, Notice
from landbridge.registry import actions, journal
from landbridge.registry.models import Cursor
from landbridge.registry.telling import NoticeFollower
from landbridge.registry.writing import NODE, Actor

where = sys.argv[1]
up_to_date()
journal.followers = lambda: (FOLLOWER,)
FOLLOWER = NoticeFollower()
if not Account.objects.exists():
    party = Party.objects.create(id="FJI", kind="party", country="FJI")
    writer, focal = Account.objects.create_user("w@example.org"), Account.objects.create_user("f@example.org")
    Membership.objects.create(account=writer, party=party, role="contributor")
    Membership.objects.create(account=focal, party=party, role="focal_point")
    data = {"title": "Rewa", "summary": "Seedlings."}
    actions.draft(actor=Actor(writer.pk), format="need", record_id="rewa", data=data, workflow="national", owner="FJI")
    actions.submit(actor=Actor(writer.pk), record_id="rewa")
    journal.follow_to_end()
    actions.publish(actor=Actor(focal.pk), record_id="rewa")
    if where == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    if where == "between":
        take_in = FOLLOWER.apply
        def killed(changes, states):
            take_in(changes, states)
            os.kill(os.getpid(), signal.SIGKILL)
        FOLLOWER.apply = killed
journal.follow_to_end()
print([(n.account.email, n.kind) for n in Notice.objects.order_by("pk").select_related("account")])
"""


@pytest.mark.parametrize("where", ["before", "between"])
def test_a_process_that_is_killed_between_publishing_and_telling_tells_once(node: Node, where: str) -> None:
    environment = {**os.environ, "LANDBRIDGE_DATA": str(node.folder), **node.environment,
                   "DJANGO_SETTINGS_MODULE": "landbridge.settings"}  # fmt: skip
    command = [sys.executable, "-c", _KILLED, where]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert again.returncode == 0, again.stderr
    expected = [("f@example.org", "submitted"), ("w@example.org", "published")]
    assert again.stdout.strip().splitlines()[-1] == str(expected)
