"""Words for what records go through: states, steps, whom they are for, and how long ago something was."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from django.utils.translation import gettext, pgettext

from landbridge.lib.languages import choose
from landbridge.registry.workflow import State, Verb, Visibility
from landbridge.web.labels import place_name, place_term, reader_language


def state_name(state: str) -> str:
    """What a state is called."""
    return {
        State.DRAFT: pgettext("state", "Draft"), State.SUBMITTED: pgettext("state", "Waits for review"),
        State.PUBLISHED: pgettext("state", "Published"), State.RETURNED: pgettext("state", "Returned for changes"),
        State.RETIRED: pgettext("state", "Retired"),
    }.get(State(state) if state in set(State) else State.DRAFT, state)  # fmt: skip


def state_meaning(state: str) -> str:
    """What it means for its people that a record is in a state."""
    return {
        State.DRAFT: gettext("Only those who work on it see it."),
        State.SUBMITTED: gettext("Somebody who may publish it looks at it next."),
        State.PUBLISHED: gettext("Readers see it."),
        State.RETURNED: gettext("A reviewer asks for changes. Make them and submit it again."),
        State.RETIRED: gettext("It is out of sight. Its address says so, and its history stays."),
    }[State(state)]


def state_look(state: str) -> str:
    """The class of the tag of a state: what waits is warm, what is shown is cool."""
    return {State.SUBMITTED: "waits", State.RETURNED: "waits", State.PUBLISHED: "shown"}.get(State(state), "")


def verb_name(verb: str) -> str:
    """What stands on the button that does it."""
    return {
        Verb.SUBMIT: gettext("Submit for review"), Verb.WITHDRAW: gettext("Take it back to go on writing"),
        Verb.RETURN: gettext("Return for changes"), Verb.PUBLISH: gettext("Publish"),
        Verb.TAKE_BACK: gettext("Undo the last publication"), Verb.RETIRE: gettext("Retire"),
        Verb.RESTORE: gettext("Show it again"), Verb.CONFIRM: gettext("Confirm that it is still true"),
        Verb.UNCONFIRM: gettext("Take the last confirmation back"),
    }.get(Verb(verb), verb)  # fmt: skip


def verb_done(verb: str) -> str:
    """What was done, as a trail tells it."""
    return {
        Verb.DRAFT: pgettext("done", "Begun"), Verb.REVISE: pgettext("done", "Revised"),
        Verb.SUBMIT: pgettext("done", "Submitted for review"), Verb.PUBLISH: pgettext("done", "Published"),
        Verb.RETURN: pgettext("done", "Returned for changes"), Verb.RETIRE: pgettext("done", "Retired"),
        Verb.WITHDRAW: pgettext("done", "Taken back to go on writing"), Verb.RESTORE: pgettext("done", "Shown again"),
        Verb.TAKE_BACK: pgettext("done", "Publication undone"), Verb.CONFIRM: pgettext("done", "Confirmed"),
        Verb.UNCONFIRM: pgettext("done", "Confirmation taken back"), Verb.ENDORSE: pgettext("done", "Endorsed"),
        Verb.UNENDORSE: pgettext("done", "Endorsement withdrawn"), Verb.RECEIVE: pgettext("done", "Received"),
    }.get(Verb(verb) if verb in set(Verb) else Verb.REVISE, verb)  # fmt: skip


def visibility_name(visibility: str) -> str:
    """Who may read it once it is published."""
    return {
        Visibility.PUBLIC: gettext("Everybody"), Visibility.NETWORK: gettext("Everybody who works in the network"),
        Visibility.PARTIES: gettext("Parties only"), Visibility.PRIVATE: gettext("Only those who work on it"),
    }[Visibility(visibility)]  # fmt: skip


def party_name(party: str | None, names: Mapping[str, str] | None = None) -> str:
    """A Party by the usual name of its country, an organisation or community by its own."""
    if not party:
        return ""
    if place_term(party) is not None:
        return place_name(party)
    return choose(dict(names or {}), reader_language())[1] or party


def _locale() -> Locale:
    tag = reader_language()
    return Locale.parse("en_GB" if tag == "en" else tag)


def ago(then: datetime | date, now: datetime | None = None) -> str:
    """How long ago, in whole hours, days, months: "3 days ago"."""
    moment = then if isinstance(then, datetime) else datetime(then.year, then.month, then.day, tzinfo=UTC)
    return format_timedelta(
        moment - (now or datetime.now(UTC)), granularity="minute", add_direction=True, locale=_locale()
    )


def moment(at: datetime) -> str:
    """A day and a time of day, in UTC."""
    return format_datetime(
        at.astimezone(UTC), "d MMM y, HH:mm" if reader_language() != "zh" else "y年M月d日 HH:mm", locale=_locale()
    )
