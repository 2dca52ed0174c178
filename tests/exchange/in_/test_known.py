"""What the doors of the field have in common: texts that fit, days, addresses, amounts, and facts that can be kept."""

from decimal import Decimal
from typing import Any

import orjson
import pytest

from landbridge.exchange.in_.sources import known
from tests.exchange.in_.asking import NOW


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-31", "2026-03-31"), ("20260331", "2026-03-31"), ("2026-03-31T10:00:00Z", "2026-03-31"),
        ("2026-02-30", None), ("20260331123", None), ("0001-01-01", None), ("9999-01-01", None),
        ("soon", None), (None, None),
    ],
)  # fmt: skip
def test_days(said: Any, day: str | None) -> None:
    assert known.day(said) == day


def test_a_moment_that_has_not_come_is_none() -> None:
    assert known.moment("2026-06-01T00:00:00Z", NOW) and known.moment("2026-06-02", NOW)
    for said in ("2026-06-03", "2999-01-01", "yesterday", "", None, "9999-12-31T23:59:59+00:00"):
        assert known.moment(said, NOW) is None, said


@pytest.mark.parametrize(
    "url",
    ["javascript:x", "ftp://x.example/a", "https://", "https://x.example/a b", "https://x.example/<", "", None, 5,
     "https://x.example/\u0000", "https://x.example/" + "a" * 2_000, "data:text/html,x"],
)  # fmt: skip
def test_addresses_that_are_none(url: Any) -> None:
    assert known.link(url) is None


def test_amounts() -> None:
    assert known.money(Decimal("1.005"), "usd") == {"amount": "1.00", "currency": "USD"}
    for amount, currency in ((Decimal(-1), "USD"), (Decimal(10) ** 17, "USD"), (Decimal(1), "XXZ"), (None, "USD")):
        assert known.money(amount, currency) is None
    assert [known.number(said) for said in ("NaN", "Infinity", "1e99", "", "1,5", None)] == [None] * 6
    assert known.number(" 1.50 ") == Decimal("1.5")


def test_texts_are_cut_after_a_word() -> None:
    cut = known.shorter("one two three four", 12)
    assert cut == "one two…" and len(known.shorter("x" * 500, 300)) == 300
    said = known.texts([("en", "a\0b"), ("en", "a b"), ("fr", " "), ("", "c")], 60)
    assert said == {"en": "ab · a b · c"}


def test_keys_are_the_same_in_every_run_and_never_too_long() -> None:
    long = "k" * 2_000
    assert known.key_of(long) == known.key_of(long) != known.key_of(long + "x") and len(known.key_of(long)) <= 500
    assert known.key_of(" a\n\0b ") == "a b"


def test_facts_can_always_be_kept() -> None:
    deep: Any = "end"
    for _ in range(500):
        deep = {"in": [deep]}
    large = {f"name {number}": ["x" * 5_000] * 500 for number in range(300)}
    for facts in ({"deep": deep}, large, {"odd": [float("nan"), 2**80, b"bytes", {1: None}, "\0", float("inf")]}):
        kept = known.found("k", facts=facts, record={}).facts
        assert len(orjson.dumps(dict(kept))) < 200_000
        assert b"\\u0000" not in orjson.dumps(dict(kept))
    assert known.found("k", facts={"zero": 0, "no": False, "none": None, "empty": ""}).facts == {"zero": 0, "no": False}
