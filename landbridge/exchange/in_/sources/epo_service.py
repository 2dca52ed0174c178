"""The Open Patent Services of the EPO (OPS 3.2): signing in, asking no faster than it allows, saying why it refuses."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import orjson

from landbridge.exchange.in_.door import Ask, BadSource
from landbridge.exchange.in_.sources.known import line

if TYPE_CHECKING:
    from lxml.etree import _Element

ADDRESS: Final = "https://ops.epo.org/3.2"
MOST_RESULTS: Final = 2_000
"""The service gives no more of a search."""
AT_ONCE: Final = 100
_LONGEST_PAUSE: Final = 60.0
_LOAD: Final = re.compile(r"(\w+)=(green|yellow|red|black):(\d+)")
_WHY: Final = {
    "RegistrationQuotaPerWeek": "the quota of the week is used up; it goes on in the next run.",
    "IndividualQuotaPerHour": "the quota of the hour is used up; it goes on in the next run.",
    "RegisteredQuotaPerWeek": "the quota of the week is used up; it goes on in the next run.",
    "AnonymousQuotaPerMinute": "it takes the key for none; check key and secret.",
}


class Paused(BadSource):
    """The service asks to stop; what was read is kept."""


@dataclass
class Service:
    """A session with the service."""

    ask: Ask
    pause: Callable[[float], None] = time.sleep
    _token: str = ""
    _wait: dict[str, float] = field(default_factory=dict)
    """Seconds between two requests of a kind, as the last answer allowed."""

    @property
    def _base(self) -> str:
        return (self.ask.address or ADDRESS).rstrip("/")

    def found(self, query: str) -> "Iterator[_Element]":
        """The references that a search finds."""
        begin = 1
        while begin <= MOST_RESULTS:
            where = f"published-data/search?{urlencode({'q': query, 'Range': f'{begin}-{begin + AT_ONCE - 1}'})}"
            root = self._asked("search", where)
            if root is None:
                return
            yield from root.iter("{*}publication-reference")
            search = root.find("{*}biblio-search")
            total = int(search.get("total-result-count") or 0) if search is not None else 0
            begin += AT_ONCE
            if begin > total:
                return

    def family(self, reference: str, legal: bool) -> "_Element | None":
        """The family of a publication (`EP.1000000.A1`) with its bibliographic data; None where it is not known."""
        parts = "biblio,legal" if legal else "biblio"
        return self._asked("inpadoc", f"family/publication/docdb/{quote(reference)}/{parts}")

    def _asked(self, kind: str, where: str) -> "_Element | None":
        from landbridge.lib.xml import parse

        for attempt in (1, 2):
            self.pause(min(self._wait.get(kind, 0.0), _LONGEST_PAUSE))
            headers = {"Authorization": f"Bearer {self._signed_in()}", "Accept": "application/xml"}
            with self.ask.get(f"{self._base}/rest-services/{where}", headers=headers) as answer:
                self._heed(answer.headers.get("x-throttling-control", ""))
                if answer.status == 200:
                    return parse(answer.read())
                if answer.status == 404:
                    return None
                if answer.status in (400, 401) and attempt == 1 and b"token" in answer.read()[:2_000].lower():
                    self._token = ""  # They last twenty minutes.
                    continue
                raise self._refusal(answer.status, answer.headers.get("x-rejection-reason", ""), answer.read()[:4_000])
        return None

    def _heed(self, said: str) -> None:
        """Keep to the pace that the service asks for: so many requests a minute of each kind; black is none."""
        for kind, _, times in _LOAD.findall(said):
            self._wait[kind] = 60 / int(times) if int(times) else _LONGEST_PAUSE
        if re.search(r"\b(?:search|inpadoc)=black", said):
            raise Paused("The EPO's service is overloaded or the pace was too high; it goes on in the next run.")

    def _refusal(self, status: int, reason: str, body: bytes) -> BadSource:
        if reason in _WHY:
            return Paused(f"The EPO's service refuses: {_WHY[reason]}")
        if status in (403, 429, 503):
            return Paused(f"The EPO's service answers with status {status}; it goes on in the next run.")
        words = re.search(rb"<message>(.{1,300}?)</message>", body, re.DOTALL)
        said = line(words.group(1).decode("utf-8", "replace"), 200) if words else ""
        return BadSource(f"The EPO's service answers with status {status}: {said or 'check the query.'}")

    def _signed_in(self) -> str:
        if self._token:
            return self._token
        key, secret = str(self.ask.settings.get("key") or ""), str(self.ask.settings.get("secret") or "")
        if not key or not secret:
            raise BadSource("The EPO's service needs a key and a secret; they are free at developers.epo.org.")
        headers = {
            "Authorization": f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = b"grant_type=client_credentials"
        with self.ask.get(f"{self._base}/auth/accesstoken", method="POST", data=body, headers=headers) as answer:
            with _understood():
                self._token = str(orjson.loads(answer.read())["access_token"]) if answer.status == 200 else ""
            if not self._token:
                raise BadSource(f"The EPO's service refuses key and secret (status {answer.status}); check both.")
        return self._token


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError):
        raise BadSource("The EPO's service answers a request for a token with something else.") from None
