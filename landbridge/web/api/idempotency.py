"""`Idempotency-Key`: the same request sent twice is done once, and answered twice with the same answer.

The key is claimed first, on its own. What the request does and the answer to it are then stored in one transaction:
either both are there or neither. A process that dies in between leaves a claim that runs out, and the next try begins
anew; a process that was only slow finds its claim gone, and undoes what it did.
"""

import hashlib
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from landbridge.parties.models import StoredAnswer
from landbridge.web.api import limits
from landbridge.web.api.problems import ProblemError

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEPT: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=60)
"""How long a claim holds: ten times longer than any writing takes."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_HEADERS: Final = ("Content-Type", "Cache-Control", "ETag", "Location")
_RUNNING: Final = "The request with this Idempotency-Key is still being worked on; ask again in a moment."
_OTHER: Final = "This Idempotency-Key was sent with another request; use a new key for a new request."


def once(request: HttpRequest, account_id: int, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what is asked, in one transaction; with an Idempotency-Key, at most once.

    A request that is refused did nothing, so its key is free again.

    Raises:
        ProblemError: 409 while the same request is worked on, 422 for a key that was sent with another one.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return act()
    if not _KEY.fullmatch(key):
        raise ProblemError(422, f"{HEADER}: use 1 to 200 visible ASCII characters, such as a UUID.")
    claim = _claim(account_id, key, _digest(request))
    if isinstance(claim, HttpResponse):
        return claim
    try:
        with transaction.atomic():
            response = act()
            _store(claim, response)
            return response
    except Exception:
        StoredAnswer.objects.filter(pk=claim.pk, status=None, created_at=claim.created_at).delete()
        raise


def _digest(request: HttpRequest) -> str:
    """What makes a request this one and no other."""
    told = (request.method or "", request.path, request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace") + b"\n" + request.body).hexdigest()


def _claim(account_id: int, key: str, digest: str) -> StoredAnswer | HttpResponse:
    """The claim on the key, or the answer that is stored under it."""
    now = timezone.now()
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(account_id=account_id, key=key, request_sha256=digest, created_at=now)
    except IntegrityError:
        pass
    held = StoredAnswer.objects.filter(account_id=account_id, key=key).first()
    if held is None:  # It was freed a moment ago.
        raise _running()
    if held.created_at < now - (LEASE if held.status is None else KEPT):
        return _taken_over(held, digest, now)
    if held.request_sha256 != digest:
        raise ProblemError(422, _OTHER)
    if held.status is None:
        raise _running()
    return _again(held)


def _taken_over(held: StoredAnswer, digest: str, now: datetime) -> StoredAnswer:
    """The claim of somebody who died, or an answer that is kept no longer: whoever changes it first has it."""
    free = StoredAnswer.objects.filter(pk=held.pk, created_at=held.created_at)
    if not free.update(created_at=now, request_sha256=digest, status=None, body=b"", headers={}):
        raise _running()
    held.created_at, held.request_sha256 = now, digest
    return held


def _running() -> ProblemError:
    return ProblemError(409, _RUNNING, headers={"Retry-After": "1"})


def _store(claim: StoredAnswer, response: HttpResponse) -> None:
    """Keep the answer beside what was done, in its transaction."""
    kept = StoredAnswer.objects.filter(pk=claim.pk, status=None, created_at=claim.created_at).update(
        status=response.status_code, body=response.content,
        headers={name: response[name] for name in _HEADERS if name in response},
    )  # fmt: skip
    if not kept:
        raise _running()  # The claim ran out, and somebody else is at it: undo.


def _again(held: StoredAnswer) -> HttpResponse:
    response = HttpResponse(bytes(held.body), status=held.status, headers=held.headers)
    response[REPLAYED] = "true"
    return response


class ForgetAnswers:
    """A task of the clock: stored answers go after a day, and counts of minutes long past with them."""

    name = "forget-answers"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Forget them."""
        StoredAnswer.objects.filter(created_at__lt=now - KEPT).delete()
        limits.forget(time.time())
