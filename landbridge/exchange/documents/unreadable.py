"""Why a document cannot be read, as a code: the pages say it in the reader's language."""


class Unreadable(ValueError):
    """The document as a whole cannot be read.

    `code`: empty, too-large, unknown-kind, old-office, encrypted, damaged, macros, doctype, overlapping, odd-names,
    encoding, too-long, too-slow, busy. `detail` is a number or name that belongs to it.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail
