"""What somebody typed for a source, as its door may rely on it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import orjson
from django.utils import timezone

from landbridge.exchange.in_.door import Door, Setting
from landbridge.exchange.in_.sealed import seal, unseal
from landbridge.exchange.models import Source
from landbridge.formats import tidy
from landbridge.lib.languages import is_language_tag
from landbridge.registry.workflow import Visibility

LARGEST: Final = 200_000
"""Bytes of JSON of the answers of a source, its mapping included."""
MOST_HOURS: Final = 24 * 366


class Wrong(ValueError):
    """What was typed for a source does not do; `problems` is (name of the setting, why) for each."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {why}" if name else why for name, why in problems))
        self.problems = problems


def fill(
    source: Source, chosen: Door, *, title: str, address: str, answers: Mapping[str, Any], every: int, visibility: str
) -> None:
    """Put it into the source, which the caller saves.

    Raises:
        Wrong: with everything that does not do.
    """
    problems: list[tuple[str, str]] = []
    source.title = tidy.line(title)[:200]
    if not source.title:
        problems.append(("title", "Give it a name that colleagues will know."))
    source.address = tidy.line(address)
    if chosen.takes == "address" and not source.address:
        problems.append(("address", "This door needs an address."))
    if source.address and not _is_address(source.address):
        problems.append(("address", "Write an address that begins with https:// or http://."))
    if not 0 <= every <= MOST_HOURS or visibility not in tuple(Visibility):
        problems.append(("every", "That is no such number of hours, or no such visibility."))
    kept, secrets = _answers(source, chosen, answers, problems)
    if problems:
        raise Wrong(problems)
    source.answers, source.visibility = bounded(kept), str(visibility)
    if secrets != _secrets_of(source):
        source.secrets = seal(secrets)
    if every != source.every or source.due_at is None:
        source.due_at = timezone.now() + timedelta(hours=every) if every else None
    source.every = every


def _answers(
    source: Source, chosen: Door, answers: Mapping[str, Any], problems: list[tuple[str, str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of the door, and its secrets apart; what does not do is added to the problems."""
    kept: dict[str, Any] = {"mapping": source.answers["mapping"]} if "mapping" in source.answers else {}
    secrets = _secrets_of(source)
    for setting in chosen.settings:
        value = answers.get(setting.name, setting.default)
        try:
            if setting.kind == "secret":
                secrets = _with_secret(secrets, setting, value)
            elif (clean := _clean(setting, value)) not in ("", [], None):
                kept[setting.name] = clean
        except ValueError as error:
            problems.append((setting.name, str(error)))
    return kept, secrets


def _secrets_of(source: Source) -> dict[str, str]:
    try:
        return unseal(source.secrets)
    except ValueError:
        return {}  # Sealed with another key: whoever changes the source types it anew.


def _is_address(address: str) -> bool:
    plain = address.isascii() and address.isprintable() and not set(address) & set(" <>\"'\\")
    return plain and len(address) <= 500 and address.startswith(("https://", "http://"))


def _with_secret(secrets: dict[str, str], setting: Setting, value: Any) -> dict[str, str]:
    """A secret that is not typed again stays as it is."""
    text = tidy.line(value) if isinstance(value, str) else ""
    if len(text) > 2_000:
        raise ValueError("This is too long for a secret.")
    if text:
        return {**secrets, setting.name: text}
    if setting.required and setting.name not in secrets:
        raise ValueError("This door needs it.")
    return secrets


def _clean(setting: Setting, value: Any) -> Any:
    """A setting as the door may rely on it.

    Raises:
        ValueError: it does not do; the message tells why.
    """
    if setting.kind == "mapping":
        return value if isinstance(value, dict) else None
    if setting.kind == "yes_no":
        return value in (True, "yes", "true", "on", "1")
    if setting.kind == "choices":
        return _chosen(setting, value)
    text = tidy.line(str(value if value is not None else ""))
    if not text:
        if setting.required:
            raise ValueError("This door needs it.")
        return ""
    if len(text) > 2_000:
        raise ValueError("This is too long.")
    return _of_kind(setting, text)


def _of_kind(setting: Setting, text: str) -> Any:
    if setting.kind == "choice" and text not in dict(setting.choices):
        raise ValueError(f"Choose one of {', '.join(name for name, _ in setting.choices)}.")
    if setting.kind == "language" and not is_language_tag(text):
        raise ValueError("Write a language tag such as en or pt-BR.")
    if setting.kind == "number":
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError("Write a whole number.")
        return int(text)
    return text


def _chosen(setting: Setting, value: Any) -> list[str]:
    given = value if isinstance(value, list | tuple) else [one for one in re.split(r"[,\s]+", str(value or "")) if one]
    unknown = [str(one)[:40] for one in given if one not in dict(setting.choices)]
    if unknown:
        raise ValueError(f"There is no “{unknown[0]}”; choose among {', '.join(name for name, _ in setting.choices)}.")
    if setting.required and not given:
        raise ValueError("Choose at least one.")
    return list(dict.fromkeys(map(str, given)))


def bounded(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers of a source as the database keeps them.

    Raises:
        Wrong: they are no JSON, or too large.
    """
    try:
        raw = orjson.dumps(answers)
    except (TypeError, ValueError, RecursionError):
        raise Wrong([("", "The settings cannot be kept as JSON.")]) from None
    if len(raw) > LARGEST or b"\\u0000" in raw:
        raise Wrong([("", "The settings are larger than can be kept, or hold what cannot be.")])
    plain: dict[str, Any] = orjson.loads(raw)
    return plain
