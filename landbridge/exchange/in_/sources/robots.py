"""What a site asks of programs that read it: robots.txt (RFC 9309), as far as a reader with one name needs it."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urlsplit

AGENT: Final = "landbridge"
LARGEST: Final = 500_000
"""Bytes that are read of it, as the standard has it."""
_MOST_RULES: Final = 5_000
_LONGEST_DELAY: Final = 60.0


@dataclass
class Robots:
    """The rules that hold for us, and the sitemaps that are named."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    """(pattern, whether it allows)."""
    delay: float = 0.0
    """Seconds that the site wants between two requests."""
    sitemaps: list[str] = field(default_factory=list)

    def allows(self, address: str) -> bool:
        """Whether the address may be read: the longest rule that fits counts, and of two of one length the kinder."""
        parts = urlsplit(address)
        path = _plain((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


def robots(raw: bytes) -> Robots:
    """The rules of the groups that name us; where none does, those for everybody."""
    made = Robots()
    groups: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    agents: set[str] = set()
    in_rules = named = False
    for row in raw[:LARGEST].decode("utf-8-sig", "replace").splitlines():
        name, _, value = row.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "sitemap" and value:
            made.sitemaps.append(value)
        elif name == "user-agent":
            agents = {value.lower()} if in_rules else agents | {value.lower()}
            in_rules, named = False, named or value.lower() == AGENT
        elif name in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            for ours, agent in ((True, AGENT), (False, "*")):
                if agent in agents:
                    groups[ours].append((name, value))
    _ruled(made, groups[named][:_MOST_RULES])
    return made


def _ruled(made: Robots, told: list[tuple[str, str]]) -> None:
    for name, value in told:
        if name == "crawl-delay":
            whole, _, part = value.partition(".")
            if whole.isascii() and whole.isdigit() and len(whole) < 6 and (not part or part.isdigit()):
                made.delay = min(float(f"{whole}.{part or 0}"), _LONGEST_DELAY)
        elif value:
            made.rules.append((_plain(value), name == "allow"))


def _plain(path: str) -> str:
    """Written in one way, whichever signs were escaped."""
    return quote(unquote(path), safe="/?&=*$:@!,;+-._~%")


def _fits(pattern: str, path: str) -> bool:
    """Whether a path begins with a pattern in which * is anything and a last $ the end; never looks back twice."""
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not ends or at == len(path)
    for part in rest[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if ends:
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at
    return path.find(rest[-1], at) >= 0
