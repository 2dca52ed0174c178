"""Fetching the attached files of received records: in pieces, so that a line that breaks costs one piece."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from landbridge.exchange.models import Peer, WantedFile
from landbridge.exchange.nodes.calls import Refusal, call
from landbridge.exchange.nodes.files import TRIES, BadFile, half, keep, proven
from landbridge.exchange.nodes.quarantine import try_again
from landbridge.registry.models import StoredFile

PIECE: Final = 1_000_000
AT_ONCE: Final = 50
"""Files of one exchange; the next one goes on."""


def fetch(peer: Peer) -> int:
    """Fetch the files that are due from a peer: how many came. One that cannot be had is asked for again later.

    Raises:
        Failed: the line broke; what came of a file is kept, and the rest is asked for the next time.
        Unsafe: the address is none that may be called.
    """
    came = 0
    wanted = WantedFile.objects.filter(via=peer.address, proven=False, tries__lt=TRIES, due_at__lte=timezone.now())
    for one in wanted.order_by("due_at", "pk")[:AT_ONCE]:
        try:
            _fetch(peer, one)
            came += 1
        except (BadFile, Refusal) as problem:
            half(one.sha256).unlink(missing_ok=True)
            later(one, str(problem))
    return came


def _fetch(peer: Peer, one: WantedFile) -> None:
    path = half(one.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    while (begin := path.stat().st_size if path.exists() else 0) < one.size:
        end = min(begin + PIECE, one.size) - 1
        got = call(peer, f"/exchange/files/{one.sha256}", {"record": one.record_id},
                   headers={"Range": f"bytes={begin}-{end}", "Accept-Encoding": "identity"},
                   most_bytes=one.size + 1)  # fmt: skip
        begin, wanted = (0, one.size) if got.status == 200 else (begin, end - begin + 1)
        if len(got.body) != wanted:  # 200: it gives the whole, then the whole it must be.
            raise BadFile("It gives another number of bytes than the record names.")
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(begin)
            file.seek(begin)
            file.write(got.body)
    arrived(one)


def arrived(one: WantedFile) -> None:
    """All of a file is here: keep it.

    Raises:
        BadFile: the bytes are not the file that the record names, or none that is kept.
    """
    was_here = StoredFile.objects.filter(pk=one.sha256).exists()
    path = half(one.sha256)
    with path.open("rb") as file:
        keep(one.sha256, file, one.media_type)
    path.unlink()
    if was_here:
        proven(one.record_id, one.sha256)
        try_again(reasons=("file",))
    else:
        WantedFile.objects.filter(sha256=one.sha256, proven=False).delete()


def later(one: WantedFile, problem: str) -> None:
    """Ask for a file again after a pause that grows."""
    again = timezone.now() + timedelta(minutes=5) * 4**one.tries
    WantedFile.objects.filter(pk=one.pk).update(tries=one.tries + 1, error=problem[:300], due_at=again)


def forget_halves() -> None:
    """Forget the beginnings of files that nobody asks for any more."""
    asked = set(WantedFile.objects.filter(tries__lt=TRIES).values_list("sha256", flat=True))
    for path in settings.MEDIA_ROOT.glob("half-*"):
        if path.name.removeprefix("half-") not in asked:
            path.unlink(missing_ok=True)
