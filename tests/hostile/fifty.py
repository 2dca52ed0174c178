"""What one of fifty people does who edit and publish at once; run as threads of the tests and as processes of a node.

`python -m tests.hostile.fifty <from> <to>` does it for the people of these numbers, each in a thread of its own, and
prints what succeeded, a line of JSON for each.
"""

import sys
from collections.abc import Callable
from threading import Thread
from typing import Any, Final

import orjson

PEOPLE: Final = 50
SHARED: Final = 5
OWN: Final = 1
TRIES: Final = 12
Tell = Callable[[dict[str, Any]], None]


def data(title: str) -> dict[str, Any]:
    return {"title": {"en": title}, "summary": {"en": "Seedlings, and people who can plant."}, "places": ["FJI"]}


def prepare() -> None:
    """Fifty editors of one community, and the records that they fight over."""
    from landbridge.parties.models import Account, Membership, Party
    from landbridge.registry import actions

    party = Party.objects.create(id="navakavu", kind="community", names={"en": "Navakavu"})
    for number in range(PEOPLE):
        account = Account.objects.create_user(f"editor-{number}@example.org")
        Membership.objects.create(account=account, party=party, role="editor")
    for number in range(SHARED):
        actions.draft(actor=actions.NODE, format="need", data=data("0"), owner="navakavu", record_id=f"shared-{number}")


def work(number: int, tell: Tell) -> None:
    """One person: records of their own, and some that everybody wants."""
    from landbridge.parties.models import Account
    from landbridge.registry import actions

    actor = actions.Actor(account_id=Account.objects.get(email=f"editor-{number}@example.org").pk)
    for one in range(OWN):
        _own(actor, f"own-{number}-{one}", tell)
        for shared in range(SHARED):
            _fight(actor, f"shared-{(number + shared) % SHARED}", f"{number}.{one}.{shared}", tell)


def _own(actor: Any, record_id: str, tell: Tell) -> None:
    from landbridge.registry import actions

    actions.draft(actor=actor, format="need", data=data(record_id), owner="navakavu", record_id=record_id)
    tell({"verb": "draft", "record": record_id, "revision": 1, "title": record_id})
    actions.revise(actor=actor, record_id=record_id, data=data(f"{record_id} better"), language="en", seen=1)
    tell({"verb": "revise", "record": record_id, "revision": 2, "title": f"{record_id} better"})
    actions.submit(actor=actor, record_id=record_id)
    tell({"verb": "submit", "record": record_id})
    actions.publish(actor=actor, record_id=record_id)
    tell({"verb": "publish", "record": record_id})


def _fight(actor: Any, record_id: str, title: str, tell: Tell) -> None:
    """Revise what somebody else may be revising, until it worked; each time from what is the latest now."""
    from landbridge.registry import actions
    from landbridge.registry.queries import latest
    from landbridge.registry.workflow import NotPossible

    for _ in range(TRIES):
        view = latest(record_id, actions_reader(actor))
        try:
            record = actions.revise(
                actor=actor, record_id=record_id, data=data(title), language="en", seen=view.revision
            )
        except actions.Conflict:
            tell({"verb": "conflict", "record": record_id})
            continue
        tell({"verb": "revise", "record": record_id, "revision": record.latest, "title": title})
        break
    try:
        record = actions.publish(actor=actor, record_id=record_id)
        tell({"verb": "publish", "record": record_id, "published": record.published})
    except NotPossible:
        tell({"verb": "not possible", "record": record_id})


def actions_reader(actor: Any) -> Any:
    from landbridge.registry.writing import reader_for

    return reader_for(actor)


def all_at_once(first: int, last: int, tell: Tell, failed: Callable[[Exception], None]) -> None:
    """The people from number to number, each in a thread."""
    from django.db import connection

    def one(number: int) -> None:
        try:
            work(number, tell)
        except Exception as error:  # noqa: BLE001 a thread's error is told
            failed(error)
        finally:
            connection.close()

    threads = [Thread(target=one, args=(number,)) for number in range(first, last)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """What a process of the test does."""
    import django

    django.setup()
    wrong: list[Exception] = []

    def say(done: dict[str, Any]) -> None:
        sys.stdout.buffer.write(orjson.dumps(done) + b"\n")
        sys.stdout.buffer.flush()

    if sys.argv[1] == "prepare":
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        prepare()
        return
    all_at_once(int(sys.argv[1]), int(sys.argv[2]), say, wrong.append)
    if wrong:
        raise wrong[0]


if __name__ == "__main__":
    main()
