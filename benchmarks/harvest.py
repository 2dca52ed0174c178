"""How fast is a full harvest by OAI-PMH? Landbridge beside two bare provider libraries and pycsw, the same records.

20,000 multilingual records from a seed go into Landbridge. What it tells of them in Dublin Core goes, element by
element, into `oaipmh` and `oai-repo`, which hold it in memory and have nothing else to do: no rights, no tombstones, no
datestamps in commit order. pycsw loads the records with its own loader. One server is asked at a time; the clients
sickle and oaipmh-scythe read every record of each, some rounds in turn. sickle cannot get past pycsw's first page,
which wants the metadataPrefix beside the token; a client that humours it reads that one.

    python benchmarks/harvest.py [--records 20000] [--rounds 3] [--only landbridge,oaipmh,oai-repo,pycsw]
    python benchmarks/harvest.py --weigh 20000,500000     # memory of the server, before and after a harvest
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import orjson
from lxml import etree
from peers import Missing, Pycsw, environment
from records import Made, every
from servers import answers, free_port, memory, running, shared_memory

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
PAGE = 500
BAR = 0.9
"""Of what the barest peer gives to the same client in the same run."""


@dataclass
class Figures:
    """Records a second of one server, by client, best of the rounds; and what stood in the way."""

    name: str
    rates: dict[str, float] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    octets: int = 0


class Landbridge:
    """This program as `landbridge run` starts it."""

    name = "Landbridge"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "landbridge", free_port()
        self.url = f"http://127.0.0.1:{self.port}/oai"
        self.told = {"LANDBRIDGE_DATA": str(self.folder / "data"), "LANDBRIDGE_PORT": str(self.port),
                     "LANDBRIDGE_SAMPLE": "none", "LANDBRIDGE_BASE_URL": "http://127.0.0.1:8000"}  # fmt: skip

    def load(self, records: Iterator[Made]) -> None:
        if self.folder.exists():
            return
        self.folder.mkdir(parents=True)
        lines = self.folder / "records.jsonl"
        with lines.open("wb") as file:
            file.writelines(orjson.dumps(one.line()) + b"\n" for one in records)
        for arguments in (["load", str(lines)], ["follow", "--once"]):
            command = [sys.executable, "-m", "landbridge.cli", *arguments]
            subprocess.run(command, env={**os.environ, **self.told}, check=True, stdout=subprocess.DEVNULL)

    @contextmanager
    def run(self) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, "-m", "landbridge.cli", "run"]
        ready = answers(f"{self.url}?verb=Identify")
        with running(command, ready, self.folder / "log", self.told, wait=600) as process:
            yield process


class Bare:
    """A provider library with the records in memory, two gunicorn workers."""

    def __init__(self, name: str, package: str, folder: Path, environments: Path, harvested: Path) -> None:
        self.name, self.package, self.folder = name, package, folder / name
        self.environments, self.harvested, self.port = environments, harvested, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"

    @contextmanager
    def run(self) -> Iterator["subprocess.Popen[bytes]"]:
        programs = environment(self.environments / self.name, self.package, "gunicorn")
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(programs / "gunicorn"), "-w", "2", "-b", f"127.0.0.1:{self.port}", "--keep-alive", "60",
                   "--chdir", str(Path(__file__).parent), "harvested:application"]  # fmt: skip
        told = {"HARVESTED": str(self.harvested), "PAGE": str(PAGE), "PROVIDER": self.name.replace("-", "_")}
        with running(command, answers(f"{self.url}?verb=Identify"), self.folder / "log", told) as process:
            yield process


class Humoured(Pycsw):
    """pycsw's OAI-PMH, with pages of 500 instead of its 10."""

    name = "pycsw"

    def __init__(self, folder: Path, environments: Path) -> None:
        super().__init__(folder / "pycsw", environments)
        self.url = f"http://127.0.0.1:{self.port}/?mode=oaipmh"

    def load(self, records: Sequence[Made]) -> None:
        self.programs, self.configuration = self.environments / "pycsw" / "bin", self.folder / "pycsw.cfg"
        if not self.folder.exists():
            super().load(records)
        text = self.configuration.read_text().replace("maxrecords=1000", f"maxrecords={PAGE}")
        self.configuration.write_text(text)


def pages(url: str, *, humour: bool = False, headers: dict[str, str] | None = None) -> Iterator["etree._Element"]:
    """The pages of a full harvest, by the plainest of clients."""
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    while asked:
        with urlopen(Request(url + ("&" if "?" in url else "?") + urlencode(asked), headers=headers or {})) as response:
            root = etree.fromstring(response.read())
        yield root
        token = root.find(f".//{OAI}resumptionToken")
        if token is None or not token.text or token.text == "0":  # pycsw begins again at the end.
            return
        asked = {"verb": "ListRecords", "resumptionToken": token.text}
        asked |= {"metadataPrefix": "oai_dc"} if humour else {}


def by_hand(url: str) -> int:
    """A client that repeats the metadataPrefix beside the token; it reads what sickle reads of a record."""
    count = 0
    for root in pages(url, humour=True):
        for record in root.iter(f"{OAI}record"):
            dc = [(one.tag, one.text) for one in record.iter() if str(one.tag).startswith(DC)]
            count += bool(dc)
    return count


def by_sickle(url: str) -> int:
    # Inner import: each client is its own matter.
    from sickle import Sickle

    return sum(1 for record in Sickle(url, max_retries=0).ListRecords(metadataPrefix="oai_dc") if record.metadata)


def by_scythe(url: str) -> int:
    from oaipmh_scythe import Scythe

    with Scythe(url) as scythe:
        return sum(1 for record in scythe.list_records(metadata_prefix="oai_dc") if record.metadata)


CLIENTS: dict[str, Callable[[str], int]] = {"sickle": by_sickle, "scythe": by_scythe}


def measure(figures: Figures, url: str, count: int, clients: dict[str, Callable[[str], int]]) -> None:
    """One harvest by each client."""
    for name, harvest in clients.items():
        started = time.perf_counter()
        try:
            found = harvest(url)
        except Exception as error:  # noqa: BLE001 what a client trips over is what we want to know
            figures.problems[name] = f"{type(error).__name__}: {str(error)[:120]}"
            continue
        rate = found / (time.perf_counter() - started)
        if found != count:
            figures.problems[name] = f"{found} of {count} records"
        figures.rates[name] = max(rate, figures.rates.get(name, 0))


def told(url: str, path: Path) -> int:
    """What a server tells in Dublin Core, as JSON Lines for its bare peers: how many octets it took."""
    octets, seen = 0, set[str]()
    with path.open("wb") as out:
        for root in pages(url):
            octets += len(etree.tostring(root, encoding="utf-8"))
            for record in root.iter(f"{OAI}record"):
                header = record.find(f"{OAI}header")
                line = {name: header.findtext(f"{OAI}{tag}") for name, tag in
                        (("identifier", "identifier"), ("datestamp", "datestamp"), ("set", "setSpec"))}  # fmt: skip
                if line["identifier"] in seen:
                    continue  # It changed meanwhile and was told again, which a list in memory cannot do.
                seen.add(line["identifier"])
                line["elements"] = [(str(one.tag).removeprefix(DC), one.text) for one in record.iter()
                                    if str(one.tag).startswith(DC)]  # fmt: skip
                out.write(orjson.dumps(line) + b"\n")
    return octets


def compare(count: int, rounds: int, only: Sequence[str], folder: Path, environments: Path) -> list[Figures]:
    """All servers, round by round, one asked at a time: whatever else the machine does falls on all of them alike."""
    ours, harvested = Landbridge(folder), folder / "harvested.jsonl"
    print("Landbridge: loading", flush=True)
    ours.load(every(count))
    with ours.run():
        octets = told(ours.url, harvested)
    print(f"  {octets / count:,.0f} octets a record", flush=True)
    servers: list[Landbridge | Bare | Humoured] = [
        ours, Bare("oaipmh", "oaipmh==4.*", folder, environments, harvested),
        Bare("oai-repo", "oai-repo==0.5.*", folder, environments, harvested), Humoured(folder, environments),
    ]  # fmt: skip
    found = [Figures(server.name, octets=octets if server is ours else 0) for server in servers]
    with ExitStack() as stack:
        running_: list[tuple[Figures, str, dict[str, Callable[[str], int]]]] = []
        for server, figures in zip(servers, found, strict=True):
            if only and server.name.lower() not in only:
                continue
            try:
                if isinstance(server, Humoured):
                    print("pycsw: loading", flush=True)
                    server.load(list(every(count)))
                stack.enter_context(server.run())
            except (Missing, RuntimeError) as problem:
                figures.problems["server"] = str(problem)[:200]
                continue
            clients = {"sickle": by_sickle, "by hand": by_hand} if isinstance(server, Humoured) else CLIENTS
            running_.append((figures, server.url, clients))
        for number in range(rounds + 1):  # The first round warms the servers up; the best of all counts.
            for figures, url, clients in running_:
                measure(figures, url, count, clients)
            told_so_far = "; ".join(f"{one.name} {one.rates.get('sickle', 0):,.0f}" for one in found)
            print(f"round {number}: {told_so_far}", flush=True)
    return found


def show(found: Sequence[Figures]) -> bool:
    """The table, and whether the bar is met."""
    print(f"\n{'records a second':<20}" + "".join(f"{name:>12}" for name in (*CLIENTS, "by hand")))
    for one in found:
        cells = "".join(f"{one.rates.get(name, 0):>12,.0f}" for name in (*CLIENTS, "by hand"))
        print(f"{one.name:<20}{cells}  {'; '.join(f'{name}: {what}' for name, what in one.problems.items())}")
    by_name = {one.name: one for one in found}
    ours = by_name["Landbridge"].rates
    barest = max((one.rates.get("sickle", 0) for one in found if one.name in ("oaipmh", "oai-repo")), default=0)
    if not barest or "sickle" not in ours:
        return False
    ratio = ours["sickle"] / barest
    print(f"\nsickle: {ratio:.2f} of the barest peer (at least {BAR}): {'yes' if ratio >= BAR else 'NO'}")
    return ratio >= BAR


def weigh(sizes: Sequence[int], folder: Path) -> None:
    """The memory of the server before and after a full harvest, for each size."""
    for count in sizes:
        ours = Landbridge(folder / str(count))
        print(f"{count:,} records: loading", flush=True)
        started = time.monotonic()
        ours.load(every(count))
        print(f"  loaded with all followers in {time.monotonic() - started:,.0f} s", flush=True)
        with ours.run() as process:
            for _ in range(8):  # Both processes have answered.
                urlopen(f"{ours.url}?verb=ListIdentifiers&metadataPrefix=oai_dc").read()
            before, started = (memory(process), shared_memory(process)), time.monotonic()
            found = sum(1 for root in pages(ours.url) for _ in root.iter(f"{OAI}record"))
            seconds = time.monotonic() - started
            after = memory(process), shared_memory(process)
        print(f"  {found:,} records in {seconds:,.0f} s; RSS {before[0] / 1e6:,.0f} -> {after[0] / 1e6:,.0f} MB, "
              f"PSS {before[1] / 1e6:,.0f} -> {after[1] / 1e6:,.0f} MB", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--weigh", default="")
    parser.add_argument("--folder", type=Path, help="where what is loaded is kept from run to run")
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir()) / "landbridge-benchmarks")
    chosen = parser.parse_args()
    chosen.environments.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="landbridge-harvest-") as name:
        if chosen.weigh:
            weigh([int(size) for size in chosen.weigh.split(",")], Path(name))
            return
        only = [one for one in chosen.only.lower().split(",") if one]
        found = compare(chosen.records, chosen.rounds, only, chosen.folder or Path(name), chosen.environments)
        sys.exit(0 if show(found) else 1)


if __name__ == "__main__":
    main()
