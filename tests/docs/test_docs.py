"""The docs are held to the code: what is not written down, or is written down and not there, fails here."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import landbridge
from landbridge.cli import COMMANDS, main
from landbridge.formats.vocabulary import FOLDER as VOCABULARIES
from landbridge.formats.vocabulary import names

PACKAGE = Path(landbridge.__file__).parent
ROOT = PACKAGE.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OWN_PATH = re.compile(r"`((?:landbridge|tests|docs|benchmarks|deploy)/[\w./*<>-]+)`")
_SETTING = re.compile(r"LANDBRIDGE_[A-Z_]+|DATABASE_URL")
_CALL = re.compile(r"^(?:.*\| )?(?:\.venv/bin/)?landbridge ([a-z]+)(.*)$")


def _settings_read() -> set[str]:
    """The names that settings.py asks the environment for."""
    tree = ast.parse((PACKAGE / "settings.py").read_text(encoding="utf-8"))
    return {
        node.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for node in call.args
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SETTING.fullmatch(node.value)
    }


def _settings_told() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))


def test_every_setting_stands_in_the_readme_and_no_other() -> None:
    assert len(_settings_read()) > 10
    assert _settings_read() == _settings_told()


def test_docs_name_no_setting_that_is_not_read() -> None:
    said = {name for page in PAGES for name in _SETTING.findall(page.read_text(encoding="utf-8"))}
    assert said - _settings_read() == set()


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if not re.search(rf"\blandbridge {name}\b", README)] == []


def _calls() -> Iterator[tuple[str, str, str]]:
    """The calls of the command line in blocks of code: page, command, what follows it."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in re.split(r"\n|;|&&", block):
                if found := _CALL.match(line.split(" #")[0].strip()):
                    yield page.name, found[1], found[2]


def test_the_calls_in_the_docs_name_commands_and_options_that_exist() -> None:
    calls = list(_calls())
    assert len(calls) > 10
    context = click.Context(main)
    for page, name, rest in calls:
        command = main.get_command(context, name)
        assert command is not None, f"{page}: landbridge {name}"
        words = rest.split()
        if isinstance(command, click.Group) and words:
            command = command.get_command(context, words[0])
            assert command is not None, f"{page}: landbridge {name} {words[0]}"
        options = {option for one in command.params for option in one.opts} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} - options == set(), f"{page}: {name}"


@pytest.mark.requirement("IAC-A.7")
def test_every_room_stands_on_the_map() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/*.py")}
    assert {room for room in rooms if f"`landbridge/{room}/`" not in MAP} == set()


def test_the_map_names_only_rooms_that_are_there() -> None:
    named = re.findall(r"^\| `(landbridge/\w+)/`", MAP, re.MULTILINE)
    assert [room for room in named if not (ROOT / room).is_dir()] == []


def _of_the_map(line: str) -> list[str]:
    return [path for path in re.findall(r"`([\w/]+\.(?:py|tsv|css|md))`", line) if "<" not in path]


def test_the_files_that_the_map_sends_one_to_are_there() -> None:
    lost = [
        path
        for line in MAP.splitlines()
        for path in _of_the_map(line)
        if not (PACKAGE / path).exists() and not (ROOT / path).exists()
    ]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in _LINK.findall(text) if "://" not in link and not link.startswith("#")]
    paths = [path for path in _OWN_PATH.findall(text) if not set("*<") & set(path)]
    assert [link for link in links if link and not (page.parent / link).exists()] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES[2:], ids=lambda page: page.name)
def test_every_page_is_reached_from_the_readme(page: Path) -> None:
    assert f"(docs/{page.name})" in README


def test_every_vocabulary_has_its_line() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "vocabularies.md").read_text("utf-8"), re.MULTILINE)
    lexicon = [path.stem for path in (VOCABULARIES / "lexicon").glob("*.tsv")]
    assert sorted(told) == sorted([*names(), *lexicon])


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    """Every text file of the project, by its path, except this one, which names what it looks for."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a working copy of git")
    found = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path != Path(__file__):
            try:
                found.append((name, path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return tuple(found)


# Some tests hold paths that an attacker may write; they are made up, and named here.
FORBIDDEN = {
    "the path of a machine": re.compile(
        r"(?<![\w.:/-])/(?:home|root|Users|work|mnt|workspace)/\w|(?<![\w.])/tmp/(?!landbridge-|evil)\w|[A-Z]:\\Users"
    ),
    "the host of a package registry": re.compile(
        r"(?:pypi|pythonhosted|npmjs|crates|artifactory|nexus|devpi)\.(?:org|com|io|local|internal)|[\w-]+\.internal\b"
    ),
    "by whom or how it is built": re.compile(
        r"\b(?:Co-Authored-By|ChatGPT|GPT-\d|Claude|Anthropic|OpenAI|Copilot|Gemini|AI agent|"
        r"AI[- ](?:generated|written|assisted)|subagent|sub-agent|prompt engineering|coding agent)\b",
        re.IGNORECASE,
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_says(what: str) -> None:
    found = [f"{name}: {match[0]}" for name, text in _texts() if (match := FORBIDDEN[what].search(text))]
    assert found == []
