"""What can be wrong with a bundle: a code for programs and one clear sentence for people."""


class BadBundle(ValueError):
    """A bundle that is not taken in; nothing of it was.

    `code`: not-a-bundle, damaged, encrypted, too-large, overlapping, odd-name, link, doubled, not-listed, missing,
    wrong-hash, fetch, encoding, unsigned, signature, key, unknown-node, blocked, not-for-us, own.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def shown(name: str) -> str:
    """A stranger's name for something, cut short, without signs that would steer a terminal."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in name[:100])
