"""The one thing that can be wrong with a file as a whole."""


class Unreadable(ValueError):
    """A file that is not what it says, or that is not safe to open; the message tells what to do."""
