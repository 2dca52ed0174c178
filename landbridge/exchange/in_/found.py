"""A look at what a door gives, before anything is done with it: doors read what strangers wrote."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from landbridge.exchange.in_.door import Checkpoint, Found
from landbridge.formats import tidy
from landbridge.formats.validate import InvalidRecord, Problem, validate
from landbridge.lib.languages import DEFAULT
from landbridge.registry.bringing import named_in
from landbridge.registry.safeguards import require_consent_to_list, require_safe

LONGEST_KEY: Final = 500
LARGEST: Final = 2_000_000
"""Bytes of JSON of one thing."""
LARGEST_FACTS: Final = 200_000
LARGEST_STATE: Final = 100_000
_AHEAD: Final = timedelta(days=2)
"""Clocks of other people may be off by so much; what is said to have changed later than that has no date."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
_NO_KEY: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NUL: Final = b"\\u0000"


class Refused(ValueError):
    """One thing that is not taken in. `problems` is (field, reason) for each place that is wrong."""

    def __init__(self, problems: list[tuple[str, str]], key: str = "", place: str = "") -> None:
        super().__init__("; ".join(reason for _, reason in problems))
        self.problems, self.key, self.place = problems, key, place


@dataclass(slots=True)
class Thing:
    """One thing that a source tells of, after that look; its answers are not checked yet."""

    key: str
    place: str
    said: dict[str, Any] | None
    sha256: str
    gone: bool
    kept: bool
    title: str
    address: str
    stated_at: datetime | None
    facts: dict[str, Any]
    wished_id: str
    size: int


def thing(found: Found) -> Thing:
    """What a door gave, when it can be worked with.

    Raises:
        Refused: it cannot, or the door says why it could not read it.
    """
    key, place = found.key, _text(found.place, 300)
    if not isinstance(key, str) or not key or len(key) > LONGEST_KEY or _NO_KEY.search(key):
        shown = _text(key, LONGEST_KEY)
        if found.problem:
            raise Refused([("", _text(found.problem, 1000))], shown, place)
        reason = f"An identifier has 1 to {LONGEST_KEY} printable characters; this one cannot be kept."
        raise Refused([("key", reason)], shown, place)
    if found.problem:
        raise Refused([("", _text(found.problem, 1000))], key, place)
    try:
        return _thing(found, key, place)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused([("", f"It cannot be kept as JSON: {_text(str(error), 200)}")], key, place) from None


def _thing(found: Found, key: str, place: str) -> Thing:
    gone = found.gone is True
    if found.record is None and not gone:
        raise Refused([("", "The source says nothing of it.")], key, place)
    said = _said(found.record) if found.record is not None and not gone else None
    facts = _plain(dict(found.facts))
    raw_facts = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    if len(raw) > LARGEST or len(raw_facts) > LARGEST_FACTS:
        raise Refused([("", "It is larger than a record may be.")], key, place)
    title, address = _text(found.title, 300), _address(found.address)
    told = b"\n".join([raw, raw_facts, title.encode(), address.encode(), b"kept" if found.kept is True else b""])
    return Thing(
        key=key, place=place, said=said, sha256=hashlib.sha256(told).hexdigest(), gone=gone, kept=found.kept is True,
        title=title or _title_of(said), address=address, stated_at=_moment(found.stated_at), facts=facts,
        wished_id=found.record_id if isinstance(found.record_id, str) and _ID.fullmatch(found.record_id) else "",
        size=len(raw) + len(raw_facts),
    )  # fmt: skip


def _said(record: Mapping[str, Any]) -> dict[str, Any]:
    said = _plain({name: record[name] for name in ("format", "language", "data") if name in record})
    return {"language": DEFAULT, **{name: value for name, value in said.items() if value is not None}}


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """The same as JSON has it; PostgreSQL keeps no NUL."""
    raw = orjson.dumps(value)
    plain: dict[str, Any] = orjson.loads(raw)
    return _without_nul(plain) if _NUL in raw else plain


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list) else value


def _text(value: object, longest: int) -> str:
    return tidy.line(value[: longest * 4])[:longest] if isinstance(value, str) else ""


def _address(value: object) -> str:
    """An address that may stand in a link."""
    address = _text(value, 1000)
    is_web = address.startswith(("https://", "http://")) and not set(address) & set(" <>\"'")
    return address if is_web else ""


def _title_of(said: Mapping[str, Any] | None) -> str:
    data = (said or {}).get("data")
    title = data.get("title") if isinstance(data, dict) else None
    if isinstance(title, dict):
        title = next((text for text in title.values() if isinstance(text, str)), "")
    return _text(title, 300)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment if moment <= datetime.now(UTC) + _AHEAD else None


def answers(one: Thing) -> dict[str, Any]:
    """The clean answers of a thing that becomes a record.

    Raises:
        Refused: with every problem by the path of its field.
    """
    said = one.said or {}
    language = said.get("language")
    try:
        data = validate(said.get("format"), said.get("data"), language if isinstance(language, str) else "?")
        if not one.kept:
            _require_fit(str(said["format"]), data)
        return data
    except InvalidRecord as error:
        problems = [
            (f"{problem.field}[{problem.language}]" if problem.language else problem.field, problem.message)
            for problem in error.problems
        ]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        problems = [("data", f"It cannot be checked: {_text(str(error), 200)}")]
    raise Refused(problems, one.key, one.place)


def _require_fit(format_name: str, data: dict[str, Any]) -> None:
    """Nobody else answers for what a source tells: this node shows it, so it must be safe to show.

    Raises:
        InvalidRecord: traditional knowledge without consent, a person who was not asked, files of somebody else.
    """
    data.pop("sample", None)  # Only this node marks what it invented; less is asked of it.
    require_safe(format_name, data)
    require_consent_to_list(format_name, data)
    if any(named_in(data)):
        raise InvalidRecord([Problem("files", "A source names no files of this node; name a link.", "files")])


def state(checkpoint: Checkpoint) -> dict[str, Any]:
    """Where a door wants to go on from.

    Raises:
        TypeError, ValueError: it is no JSON, or longer than a state may be.
    """
    plain = _plain(dict(checkpoint.state))
    if len(orjson.dumps(plain)) > LARGEST_STATE:
        raise ValueError("The state of the door is longer than can be kept.")
    return plain
