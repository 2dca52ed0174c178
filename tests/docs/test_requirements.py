"""What this version is said to prove is proved: the ids of the tests and of docs/requirements.md are the same."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
PAGE = ROOT / "docs" / "requirements.md"
_ID = re.compile(r"[A-Z]{2,4}-(?:[A-Z]\.?)?(?:\d+(?:\.[\dMx]+)*[a-z]?|[ivx]+|N)")
"""MAT-1, IAC-A.4, POW-1.1.1, MAT-10b, HST-viii."""
_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", re.MULTILINE)


def _marked(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.requirement"):
            for argument in decorator.args:
                assert isinstance(argument, ast.Constant) and isinstance(argument.value, str), "name the id itself"
                yield argument.value


@cache
def _proved() -> dict[str, set[str]]:
    """Id to the tests that name it, as `tests/room/test_file.py::test_name`."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for one in _marked(node):
                    found[one].add(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


@cache
def _told() -> dict[str, set[str]]:
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {one: set(re.findall(r"`([^`]+)`", tests)) for one, _, tests in rows}


def test_ids_have_the_form_of_an_id() -> None:
    assert [one for one in (*_proved(), *_told()) if not _ID.fullmatch(one)] == []


def test_no_test_names_an_id_that_the_list_does_not_have() -> None:
    assert set(_proved()) - set(_told()) == set(), "misspelt, or without its row in docs/requirements.md"


def test_nothing_is_said_to_be_proved_that_no_test_names() -> None:
    assert set(_told()) - set(_proved()) == set()


def test_each_row_names_the_tests_that_prove_it() -> None:
    assert {one: sorted(tests) for one, tests in _told().items()} == {
        one: sorted(tests) for one, tests in _proved().items() if one in _told()
    }


def test_rows_stand_once_and_in_order() -> None:
    ids = [one for one, _, _ in _ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert ids == sorted(set(ids))
