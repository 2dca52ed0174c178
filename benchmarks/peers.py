"""The peers of the search benchmark: pycsw (CSW on SQLite) and Datasette (FTS5), each in an environment of its own."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import orjson
from records import Made, Question
from servers import answers, free_port, running, size


class Missing(RuntimeError):
    """A peer cannot be had here; the message says why."""


def environment(folder: Path, *packages: str) -> Path:
    """The programs of a fresh environment with these packages; an environment that is there is used again."""
    programs = folder / "bin"
    if not (folder / "complete").exists():
        commands = [[sys.executable, "-m", "venv", str(folder)],
                    [str(programs / "python"), "-m", "pip", "install", "-q", *packages]]  # fmt: skip
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                raise Missing((lines or [done.stderr.strip()])[-1][:200])
        (folder / "complete").touch()
    return programs


class Server:
    """One peer under one way to ask it: how to load it, run it, ask it, and read what it answers."""

    name = ""

    def __init__(self, folder: Path, environments: Path) -> None:
        self.folder, self.environments = folder, environments
        self.port = free_port()

    def load(self, records: Sequence[Made]) -> None:
        raise NotImplementedError

    def address(self, question: Question, limit: int = 10) -> str:
        raise NotImplementedError

    def read(self, body: bytes) -> tuple[int, set[str]]:
        """(total, ids of the page) of an answer."""
        raise NotImplementedError

    def size(self) -> int:
        return size(self.folder)


_CSW = """<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dct="http://purl.org/dc/terms/"><dc:identifier>{id}</dc:identifier><dc:title>{title}</dc:title>
<dc:type>{format}</dc:type><dc:subject>{subject}</dc:subject><dc:language>{language}</dc:language>
<dct:abstract>{summary}</dct:abstract></csw:Record>"""
_CONFIGURATION = """[server]
home={home}
url=http://127.0.0.1:{port}/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords=1000
[manager]
transactions=false
allowed_ips=127.0.0.1
[metadata:main]
identification_title=benchmark
identification_abstract=benchmark
identification_keywords=benchmark
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=None
provider_name=benchmark
provider_url=http://127.0.0.1/
contact_name=benchmark
contact_position=benchmark
contact_address=benchmark
contact_city=benchmark
contact_stateorprovince=benchmark
contact_postalcode=0
contact_country=benchmark
contact_phone=0
contact_fax=0
contact_email=benchmark@example.org
contact_url=http://127.0.0.1/
contact_hours=0
contact_instructions=none
contact_role=pointOfContact
[metadata:inspire]
enabled=false
[repository]
database=sqlite:///{database}
table=records
"""


class Pycsw(Server):
    """pycsw as the package index has it, CSW 2.0.2 with a filter in CQL, two gunicorn workers."""

    name = "pycsw (CSW, SQLite)"

    def load(self, records: Sequence[Made]) -> None:
        self.programs = environment(self.environments / "pycsw", "pycsw", "SQLAlchemy<2", "gunicorn", "setuptools<80")
        lines, self.configuration = self.folder / "records", self.folder / "pycsw.cfg"
        lines.mkdir(parents=True)
        database = self.folder / "pycsw.sqlite3"
        home = next((self.programs.parent / "lib").glob("python*/site-packages/pycsw"))
        self.configuration.write_text(_CONFIGURATION.format(home=home, port=self.port, database=database))
        for one in records:
            told = {"id": one.id, "format": one.format, "language": one.language,
                    "title": one.data["title"][one.language], "summary": one.data["summary"][one.language],
                    "subject": " ".join(one.data["places"])}  # fmt: skip
            told = {name: escape(text) for name, text in told.items()}
            (lines / f"{one.id}.xml").write_text(_CSW.format(**told), encoding="utf-8")
        self._admin("setup_db")
        self._admin("load_records", "-p", str(lines))

    def _admin(self, command: str, *more: str) -> None:
        program = [str(self.programs / "python"), "-W", "ignore", str(self.programs / "pycsw-admin.py")]
        done = subprocess.run([*program, "-c", command, "-f", str(self.configuration), *more], capture_output=True)
        if done.returncode:
            raise Missing(f"pycsw-admin {command}: {done.stderr.decode(errors='replace').strip()[-200:]}")

    @contextmanager
    def run(self) -> Iterator["subprocess.Popen[bytes]"]:
        command = [str(self.programs / "gunicorn"), "-w", "2", "-b", f"127.0.0.1:{self.port}",
                   "--keep-alive", "60", "pycsw.wsgi:application"]  # fmt: skip
        ready = answers(f"http://127.0.0.1:{self.port}/?service=CSW&version=2.0.2&request=GetCapabilities")
        told = {"PYCSW_CONFIG": str(self.configuration), "PYTHONWARNINGS": "ignore"}
        with running(command, ready, self.folder / "log", told) as process:
            yield process

    def address(self, question: Question, limit: int = 10) -> str:
        # An apostrophe is doubled, as CQL has it; pycsw 2.6 finds such words by no way of quoting (four were tried).
        parts = [f"csw:AnyText like '%{word.replace(chr(39), chr(39) * 2)}%'" for word in question.text.split()]
        names = {"type": "dc:type", "place": "dc:subject", "language": "dc:language"}
        parts += [f"{names[name]} like '%{value}%'" for name, value in question.filters.items()]
        return "/?" + urlencode({
            "service": "CSW", "version": "2.0.2", "request": "GetRecords", "typenames": "csw:Record",
            "elementsetname": "summary", "resulttype": "results", "maxrecords": limit,
            "constraintlanguage": "CQL_TEXT", "constraint_language_version": "1.1.0", "constraint": " and ".join(parts),
        }, quote_via=quote)  # fmt: skip

    def read(self, body: bytes) -> tuple[int, set[str]]:
        matched = re.search(rb'numberOfRecordsMatched="(\d+)"', body)
        ids = {found.decode() for found in re.findall(rb"<dc:identifier>([^<]+)<", body)}
        if matched is None:
            raise ValueError(body[:300].decode(errors="replace"))
        return int(matched.group(1)), ids

    def size(self) -> int:
        return size(self.folder / "pycsw.sqlite3")


class Datasette(Server):
    """Datasette's own search page as JSON, on a table with full-text search as `sqlite-utils enable-fts` makes it."""

    name = "Datasette (search page)"

    def load(self, records: Sequence[Made]) -> None:
        self.programs = environment(self.environments / "datasette", "datasette<1", "setuptools")
        self.folder.mkdir(parents=True)
        self.database = self.folder / "bench.db"
        if not self.database.exists():
            fill(self.database, records)

    @contextmanager
    def run(self) -> Iterator["subprocess.Popen[bytes]"]:
        command = [str(self.programs / "datasette"), "serve", str(self.database), "-p", str(self.port),
                   "--setting", "default_cache_ttl", "0"]  # fmt: skip
        with running(command, answers(f"http://127.0.0.1:{self.port}/-/versions.json"), self.folder / "log") as process:
            yield process

    def address(self, question: Question, limit: int = 10) -> str:
        asked = {"_search": _fts(question.text), "_searchmode": "raw", "_size": limit, "_shape": "objects",
                 "_nofacet": "1"}  # fmt: skip
        for name, value in question.filters.items():
            asked[f"{name}__contains"] = value
        return "/bench/records.json?" + urlencode(asked)

    def read(self, body: bytes) -> tuple[int, set[str]]:
        told = orjson.loads(body)
        return int(told["filtered_table_rows_count"]), {row["id"] for row in told["rows"]}

    def size(self) -> int:
        return size(self.database)


class HandWritten(Datasette):
    """A ranked FTS5 query written by hand, over Datasette's JSON API: what our search is measured against."""

    name = "Datasette (own SQL, bm25)"

    def address(self, question: Question, limit: int = 10) -> str:
        tables = "records_fts join records r on r.rowid = records_fts.rowid where records_fts match :q"
        tables += "".join(f" and r.{name} like '%' || :{name} || '%'" for name in question.filters)
        statement = (
            "select r.id, r.title, snippet(records_fts, 1, '[', ']', '…', 20) as snippet, "
            f"(select count(*) from {tables}) as total from {tables} "
            f"order by bm25(records_fts, 2.0, 1.0) limit {limit}"
        )
        asked = {"sql": statement, "q": _fts(question.text), "_shape": "objects", **question.filters}
        return "/bench.json?" + urlencode(asked)

    def read(self, body: bytes) -> tuple[int, set[str]]:
        rows = orjson.loads(body)["rows"]
        return rows[0]["total"] if rows else 0, {row["id"] for row in rows}


def _fts(text: str) -> str:
    """Each word as a string of FTS5, so that an apostrophe is no syntax."""
    return " ".join(f'"{word}"' for word in text.split())


def fill(path: Path, records: Sequence[Made]) -> None:
    """A table of records with full-text search, in SQLite."""
    with sqlite3.connect(path) as database:
        database.execute("create table records (id text primary key, type text, language text, place text, title text,"
                         " summary text)")  # fmt: skip
        database.executemany(
            "insert into records values (?, ?, ?, ?, ?, ?)",
            ((one.id, one.format, one.language, " ".join(one.data["places"]), one.data["title"][one.language],
              one.data["summary"][one.language]) for one in records),
        )  # fmt: skip
        database.execute('create virtual table records_fts using fts5 (title, summary, content="records")')
        database.execute("insert into records_fts (rowid, title, summary) select rowid, title, summary from records")
        database.execute("create index records_type on records (type)")
        database.execute("create index records_language on records (language)")
        database.execute("analyze")
    database.close()
