"""A door for tests: it gives what the test laid ready, and asks nobody."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from landbridge.exchange.in_.door import Ask, Checkpoint, Found, Setting
from landbridge.exchange.models import Source


class FakeDoor:
    """Gives `script` one after the other; an exception among it is raised."""

    name = "fake"
    label = "A source for tests"
    about = "Gives what a test laid ready."
    takes: Literal["address", "file", "both"] = "both"
    settings = (
        Setting("set", "Set"),
        Setting("key", "Key", kind="secret"),
        Setting("language", "Language", kind="language", default="en"),
    )
    script: ClassVar[list[Any]] = []
    asked: ClassVar[list[Ask]] = []

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        FakeDoor.asked.append(ask)
        for one in list(FakeDoor.script):
            if isinstance(one, BaseException):
                raise one
            yield one() if callable(one) else one


DOOR = f"{FakeDoor.__module__}.{FakeDoor.__qualname__}"


def told(key: str, title: str = "", language: str = "en", **more: Any) -> Found:
    """A resource as a source tells of it."""
    text = title or f"Resource {key}"
    data = {"title": {language: text}, "summary": {language: f"About {text}"}, **more.pop("data", {})}
    return Found(key=key, record={"format": "resource", "language": language, "data": data}, **more)


def whole(**state: Any) -> Checkpoint:
    """The end of a reading of everything."""
    return Checkpoint(state=state, done=True)


def source(name: str = "reefs", **values: Any) -> Source:
    """A source that comes through the fake door."""
    return Source.objects.create(**{"id": name, "door": "fake", "title": "Reefs of the world", **values})
