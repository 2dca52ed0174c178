"""The process in which strangers' documents are parsed and forms are drawn: bounded in memory and time, without
settings, database or secrets.

`python -m landbridge.exchange.documents.child read|xlsx|docx`: bytes in, bytes out. Exit code 3 tells a refusal as
JSON. Nothing here imports Django; the heavy libraries live and die with this process.
"""

import json
import resource
import sys
from typing import Final

from landbridge.exchange.documents.unreadable import Unreadable

MEMORY: Final = 1_200_000_000
SECONDS: Final = 20
REFUSED: Final = 3
_DEEPEST: Final = 2_000


def main(what: str) -> int:
    """Do one thing and end."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    sys.setrecursionlimit(_DEEPEST)
    try:
        sys.stdout.buffer.write(_done(what, sys.stdin.buffer.read()))
    except Unreadable as unreadable:
        return _refuse(unreadable.code, unreadable.detail)
    except MemoryError:
        return _refuse("too-long", "")
    except Exception as error:  # noqa: BLE001 - whatever a library says of a stranger's file, the file is damaged
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)  # noqa: T201 - for the log of the node
        return _refuse("damaged", "")
    return 0


def _done(what: str, given: bytes) -> bytes:
    # Inner imports: each takes the libraries of its own kind of document.
    if what == "read":
        from landbridge.exchange.documents.extract import extract

        return json.dumps(extract(given), ensure_ascii=False).encode("utf-8", "replace")
    if what == "xlsx":
        from landbridge.exchange.documents.draw_xlsx import draw as draw_xlsx

        return draw_xlsx(json.loads(given))
    from landbridge.exchange.documents.draw_docx import draw as draw_docx

    return draw_docx(json.loads(given))


def _refuse(code: str, detail: str) -> int:
    sys.stdout.buffer.write(json.dumps({"code": code, "detail": detail}).encode())
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
