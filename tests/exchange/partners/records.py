"""Records in the registry for the tests of partners: one of each format, and some that nobody else may see."""

from typing import Any

from landbridge.registry.actions import NODE, receive_many, retire
from landbridge.registry.workflow import Visibility, Workflow
from tests.api.small import arrival
from tests.exchange.linked.examples import golden

SECRET = "zyxsecret"


def line(record_id: str, format: str, visibility: str = Visibility.PUBLIC, **data: Any) -> dict[str, Any]:
    data.setdefault("title", record_id)
    data.setdefault("summary", data["title"])
    return {"id": record_id, "format": format, "language": "en", "data": data, "visibility": visibility}


def publish(*more: dict[str, Any]) -> None:
    """One of each format, those given, and of each format one that is kept from readers and one that was withdrawn."""
    own = [{"id": view.id, "format": view.format, "language": view.language, "data": view.data} for view in golden()]
    hidden = [
        {**one, "id": f"hidden-{one['format']}", "visibility": Visibility.PRIVATE,
         "data": {**one["data"], "title": {"en": SECRET}}}
        for one in own
    ]  # fmt: skip
    gone = [{**one, "id": f"gone-{one['format']}", "data": {**one["data"], "title": {"en": SECRET}}} for one in own]
    lines = [arrival(one) for one in (*own, *more, *hidden, *gone)]
    assert not receive_many(lines, actor=NODE, workflow=Workflow.REFERENCE).refused
    for one in gone:
        retire(actor=NODE, record_id=one["id"])
