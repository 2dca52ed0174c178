"""Who may do what, written out by hand: what the program must do, not what it does.

Nothing here is taken from `parties/permissions.py` or `registry/workflow.py`; when a rule changes, it changes here too.
"""

from typing import Final

STATES: Final = ("draft", "submitted", "published", "reopened", "returned", "retired")
"""`reopened`: published, and a new revision is being written. Readers still see the published one."""
VISIBILITIES: Final = ("public", "network", "parties", "private")

STEPS: Final = {
    "revise": {"draft": "draft", "published": "draft", "reopened": "draft", "returned": "draft", "retired": "draft"},
    "submit": {"draft": "submitted", "reopened": "submitted", "returned": "submitted"},
    "withdraw": {"submitted": "draft"},
    "return": {"submitted": "returned"},
    "publish": {"draft": "published", "submitted": "published", "reopened": "published"},
    "take_back": {"published": "submitted"},
    "retire": {"draft": "retired", "published": "retired", "reopened": "retired", "returned": "retired"},
    "restore": {"retired": "published"},
    "confirm": {"published": "published"},
    "unconfirm": {"published": "published"},
    "endorse": {"published": "published"},
    "unendorse": {"published": "published"},
}
"""Verb to the states in which it is possible, and where it leads."""

_WRITE = "revise submit withdraw confirm unconfirm"
_REVIEW = f"{_WRITE} return"
_PUBLISH = f"{_REVIEW} publish take_back retire restore"
_OUR_WORD = "endorse unendorse"

NOTHING: Final = ("", "", "")
MAY: Final = {
    # person: for records of the own party, of another party, of nobody
    "nobody": NOTHING,
    "sven": NOTHING,
    "losa": (f"{_PUBLISH} {_OUR_WORD}", _OUR_WORD, _OUR_WORD),
    "mere": (_PUBLISH, "", ""),
    "tomasi": (_WRITE, "", ""),
    "litia": (_WRITE, "", ""),
    "wanjiru": (f"{_PUBLISH} {_OUR_WORD}", _OUR_WORD, _OUR_WORD),
    "ines": (_PUBLISH, "", ""),
    "noor": (_PUBLISH, "", ""),
    "priya": (_WRITE, "", ""),
    "emil": (_WRITE, "", ""),
    "malia": (_PUBLISH, "", ""),
    "yusuf": NOTHING,
    "henri": (_REVIEW, _REVIEW, _REVIEW),
    "ada": (_PUBLISH, _PUBLISH, _PUBLISH),
    "chen": (_PUBLISH, _PUBLISH, _PUBLISH),
    "kofi": NOTHING,
    "olga": NOTHING,
}
"""Endorsing is done for the own Party, for a record of anybody; all else for the record itself."""
AUTHOR: Final = "revise submit withdraw confirm unconfirm retire"
"""What somebody with an account may do with a record that they began and that has no owner."""
CLOSED: Final = ("nobody", "olga")
"""Who is nobody to the program: no account, or one that is closed."""

PARTY_OF: Final = {
    "losa": "FJI", "mere": "FJI", "tomasi": "FJI", "litia": "FJI", "kofi": "FJI", "olga": "FJI", "wanjiru": "KEN",
    "ines": "reef-institute", "noor": "reef-institute", "priya": "reef-institute", "emil": "reef-institute",
    "malia": "navakavu",
}  # fmt: skip

READS: Final = {
    # person: the visibilities of others that they read
    "nobody": "public",
    "sven": "public",
    "yusuf": "public",
    "kofi": "public",
    "olga": "public",
    "losa": "public network parties",
    "mere": "public network parties",
    "tomasi": "public network parties",
    "litia": "public network",
    "wanjiru": "public network parties",
    "ines": "public network parties",
    "noor": "public network parties",
    "priya": "public network",
    "emil": "public network",
    "malia": "public network parties",
    "henri": "public network parties",
    "ada": "public network parties private",
    "chen": "public network parties private",
}
WORKS: Final = (
    "losa", "mere", "tomasi", "litia", "wanjiru", "ines", "noor", "priya", "emil", "malia",
)  # fmt: skip
"""Who reads the drafts and the private records of their party."""
RUNS: Final = ("ada", "chen")
"""Who reads everything."""


def works_on(person: str, owner: str | None, is_author: bool, state: str, visibility: str) -> bool:
    """Whether the person reads what is not published of such a record."""
    if person in RUNS:
        return True
    if person in CLOSED:
        return False
    if person == "henri":
        waits = state == "submitted" and (owner is None or visibility != "private")
        return waits or is_author
    if owner is None:
        return is_author
    return person in WORKS and PARTY_OF.get(person) == owner


def reads(person: str, owner: str | None, is_author: bool, state: str, visibility: str) -> bool:
    """Whether the record is there for the person at all."""
    if works_on(person, owner, is_author, state, visibility):
        return True
    return state in ("published", "reopened") and visibility in READS[person].split()


def does(person: str, verb: str, owner: str | None, is_author: bool) -> bool:
    """Whether the person has the right, whatever the state."""
    own, others, nobodys = MAY[person]
    rights = nobodys if owner is None else own if PARTY_OF.get(person) == owner else others
    if owner is None and is_author and person not in CLOSED:
        rights += f" {AUTHOR}"
    return verb in rights.split()


def outcome(person: str, verb: str, owner: str | None, is_author: bool, state: str, visibility: str) -> str:
    """What must come of it: the state that it leads to, or unknown, forbidden, not possible."""
    if not reads(person, owner, is_author, state, visibility):
        return "unknown"
    if not does(person, verb, owner, is_author):
        return "forbidden"
    return STEPS[verb].get(state, "not possible")
