"""All about a record for those who work on it, as its page shows it: what it is, what can be done, what was said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.formats.format import SECTIONS, questions, sections
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import direction
from landbridge.parties.models import Membership
from landbridge.parties.permissions import Permission
from landbridge.registry import comments
from landbridge.registry.endorsements import Endorsed
from landbridge.registry.queries import RecordView, Unknown, get, latest
from landbridge.registry.readers import Standing
from landbridge.registry.review import deciders
from landbridge.registry.rules import reads_drafts
from landbridge.registry.workflow import TABLE, State, Verb, Workflow
from landbridge.web.answers import Reading, show, told
from landbridge.web.labels import capital, language_name, reader_language, said
from landbridge.web.states import party_name, state_name, verb_name

BUTTONS: Final = (
    Verb.PUBLISH, Verb.SUBMIT, Verb.RETURN, Verb.CONFIRM, Verb.WITHDRAW, Verb.RESTORE, Verb.TAKE_BACK, Verb.RETIRE,
)  # fmt: skip
"""What stands as a button, the most wanted first; writing and endorsing have places of their own."""
_CAREFUL: Final = frozenset({Verb.RETIRE, Verb.TAKE_BACK})
_NAMES: Final = 5


@dataclass(frozen=True)
class Open:
    """A record as somebody who works on it has it open; `whole` unless they only confirm, endorse or vet it."""

    view: RecordView
    whole: bool


def open_record(record_id: str, standing: Standing) -> Open:
    """The latest revision for those who work on the record, the published one for those who may do something with it.

    Raises:
        Unknown: it is neither for them.
    """
    try:
        return Open(latest(record_id, standing.reader()), True)
    except Unknown:
        view = get(record_id, standing.reader())
    if not has_use(view, standing):
        raise Unknown(record_id)
    return Open(view, False)


def has_use(view: RecordView, standing: Standing) -> bool:
    """Whether somebody can do anything with a record that they read: work on it, or endorse, confirm or vet it."""
    on_it = reads_drafts(standing.reader(), view.owner, view.author, view.state, view.visibility)
    vets = view.format == "expert" and standing.has_everywhere(Permission.VET)
    endorses = view.state == State.PUBLISHED and bool(standing.parties_with(Permission.ENDORSE))
    return on_it or vets or endorses or bool(buttons(view, standing))


@dataclass(frozen=True)
class Button:
    """Something that the person may do with the record now."""

    do: str
    name: str
    look: str


def buttons(view: RecordView, standing: Standing) -> list[Button]:
    """What the person may do with the record in its state, by the table of the workflow and of the rights."""
    found: list[Button] = []
    for verb in BUTTONS:
        leads = TABLE.get((Workflow(view.workflow), State(view.state), verb))
        is_idle = verb == Verb.RESTORE and view.published is None
        if leads is not None and not is_idle and standing.may(leads[0], view.owner, view.author):
            look = "danger" if verb in _CAREFUL else "quiet" if found else "supply"
            found.append(Button(verb.value, verb_name(verb), look))
    return found


def may_write(view: RecordView, standing: Standing) -> bool:
    """Whether the person may write the next revision now."""
    leads = TABLE.get((Workflow(view.workflow), State(view.state), Verb.REVISE))
    return leads is not None and standing.may(leads[0], view.owner, view.author)


@dataclass(frozen=True)
class Step:
    """A station on the way to the reader, and who may take the record further from there."""

    name: str
    who: str
    here: bool


def steps(view: RecordView, standing: Standing, roles: list[Membership]) -> list[Step]:
    """Draft, review, published; at the station where it stands: what comes next, and by whom."""
    stations = [State.DRAFT, State.SUBMITTED, State.PUBLISHED]
    if view.state == State.RETIRED:
        stations.append(State.RETIRED)
    at = State.DRAFT if view.state == State.RETURNED else State(view.state)
    named = state_name(view.state)
    return [
        Step(named if here else state_name(station), _next(view, standing, roles) if here else "", here)
        for station in stations
        for here in [station == at]
    ]


def _next(view: RecordView, standing: Standing, roles: list[Membership]) -> str:
    """Who acts next, in a sentence."""
    if view.state in (State.RETIRED, State.RETURNED):
        return ""  # What the state means says it already.
    may_publish = standing.may(Permission.PUBLISH, view.owner, view.author)
    if view.state == State.PUBLISHED:
        return gettext("It is with its readers. Confirm it before its day, or amend it.")
    if may_publish:
        return gettext("You may publish it.")
    names = deciders(roles, datetime.now(UTC).date())
    shown = gettext(", ").join(names[:_NAMES]) + ("…" if len(names) > _NAMES else "")
    who = gettext("These people may publish it: %(names)s") % {"names": shown}
    if not names:
        who = gettext("Nobody may publish for its owner yet; the help desk knows what to do.")
    return f"{gettext('Submit it when it is ready.')} {who}" if view.state == State.DRAFT else who


def acting(standing: Standing, roles: list[Membership]) -> Membership | None:
    """The role that ends by itself under which the person would publish, where they have no lasting one."""
    mine = [
        role
        for role in roles
        if role.account_id == standing.account_id and (role.role, role.party_id) in standing.roles
    ]
    ending = [role for role in mine if role.until is not None and role.party_id]
    return ending[0] if ending and len(ending) == len(mine) else None


def endorsers(view: RecordView, standing: Standing, endorsed: list[Endorsed]) -> tuple[list[str], list[str]]:
    """The parties for which the person may endorse the record now, and those whose word they may take back."""
    if view.state != State.PUBLISHED:
        return [], []
    mine = standing.parties_with(Permission.ENDORSE)
    there = {one.party for one in endorsed}
    return sorted(mine - there), sorted(mine & there)


@dataclass
class Answered:
    """A question with its answer, what was said on it, and what somebody was about to say."""

    name: str
    label: str
    html: SafeString | str
    threads: list[comments.Thread] = field(default_factory=list)
    typed: str = ""
    problem: str = ""

    @property
    def open(self) -> int:
        """How many of the threads are not settled."""
        return sum(not thread.settled for thread in self.threads)


@dataclass(frozen=True)
class Section:
    """A section with its answers, and the questions of it that have none."""

    title: str
    answers: list[Answered]
    missing: list[Answered]


@dataclass
class Typed:
    """What somebody typed on the page: kept until it is saved, whatever happens to the rest."""

    note: str = ""
    on: Mapping[str, str] = field(default_factory=dict)
    """Name of a question, empty for the record as a whole, to a remark."""
    replies: Mapping[int, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    """`on:<name>` or `reply:<id>` to what is wrong with it."""


def answers(
    view: RecordView,
    reading: Reading,
    threads: Mapping[str, list[comments.Thread]],
    typed: Typed,
) -> Iterator[Section]:
    """All that the reader may see of the record, question by question, with what was said on each."""
    model = FORMATS[view.format]
    asked = questions(model)
    by_name: dict[str, list[comments.Thread]] = {}
    for path, here in threads.items():
        by_name.setdefault(path.partition(".")[0], []).extend(here)
    for section, names in sections(model).items():
        answered: list[Answered] = []
        missing: list[Answered] = []
        for name in names:
            is_told = view.data.get(name) not in (None, "", [], {})
            html = show(asked[name], view.data[name], model, name, reading) if is_told else ""
            problem = typed.problems.get(f"on:{name}", "")
            one = Answered(name, said(asked[name].label), html, by_name.get(name, []), typed.on.get(name, ""), problem)
            (answered if is_told or one.threads or one.typed else missing).append(one)
        yield Section(said(SECTIONS[section]), answered, missing)


def heading(view: RecordView, reading: Reading) -> dict[str, Any]:
    """Title and languages of the record for the head of its pages."""
    language, title = told(view.data["title"], reading)
    return {
        "title": title, "title_language": language, "title_direction": direction(language),
        "languages_of_text": [
            {"tag": tag, "name": capital(language_name(tag)), "shown": tag == language} for tag in view.data["title"]
        ],
    }  # fmt: skip


def reading_of(
    view: RecordView, wanted: str, titles: Mapping[str, tuple[str, dict[str, str]]] | None = None
) -> Reading:
    """How the record is read: in the language asked for, or the page's."""
    return Reading(wanted or reader_language(), view.language, titles or {})


def owner_name(view: RecordView, roles: list[Membership]) -> str:
    """The owner as its people call it."""
    names: Mapping[str, str] = next((role.party.names for role in roles if role.party is not None), {})
    return party_name(view.owner, names) if view.owner else gettext("Nobody but its author")
