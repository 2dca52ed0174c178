"""A small node: public records in six languages, and some that a stranger must never see."""

from typing import Any

import orjson
from django.http.response import HttpResponseBase
from django.test import Client

from landbridge.formats.validate import validate
from landbridge.registry import journal
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.receiving import Arrival
from landbridge.registry.workflow import State, Visibility, Workflow

HIDDEN = "zyxwombat"
"""A word that stands in hidden records only."""
PUBLIC: list[dict[str, Any]] = [
    {"id": "mangrove-nursery", "format": "technology", "language": "en", "data": {
        "title": {"en": "Community mangrove nursery", "fr": "Pépinière de mangrove"}, "places": ["KEN"],
        "summary": {"en": "Growing mangrove seedlings with coastal villages to restore degraded shores."}}},
    {"id": "drone-survey", "format": "technology", "language": "fr", "data": {
        "title": {"fr": "Relevé de la forêt par drone"}, "places": ["CMR"], "trl": "trl-8",
        "summary": {"fr": "Des drones bon marché comptent les arbres de la forêt tropicale."}}},
    {"id": "water-hyacinth", "format": "offer", "language": "es", "data": {
        "title": {"es": "Control biológico del jacinto de agua"}, "places": ["MEX"],
        "summary": {"es": "Formación para controlar especies invasoras con gorgojos."}}},
    {"id": "satellite-zh", "format": "technology", "language": "zh", "data": {
        "title": {"zh": "卫星监测入侵植物"}, "places": ["CHN"], "summary": {"zh": "用卫星影像监测湿地中的入侵植物。"}}},
    {"id": "steppe-ru", "format": "resource", "language": "ru", "data": {
        "title": {"ru": "Руководство по восстановлению степей"}, "places": ["KAZ"],
        "summary": {"ru": "Как восстанавливать степные экосистемы семенами местных растений."}}},
    {"id": "oasis-ar", "format": "programme", "language": "ar", "data": {
        "title": {"ar": "برنامج إدارة المياه في الواحات"}, "places": ["TUN"],
        "summary": {"ar": "تدريب على إدارة المياه وحماية التنوع البيولوجي."}}},
    {"id": "mangrove-need", "format": "need", "language": "en", "data": {
        "title": {"en": "Restore mangroves after the storm"}, "places": ["KEN"],
        "summary": {"en": "We look for training to grow mangrove seedlings in our villages."}}},
    {"id": "expert-amina", "format": "expert", "language": "en", "data": {
        "title": {"en": "Amina Odhiambo"}, "summary": {"en": "Restores mangroves and seagrass."}, "gender": HIDDEN,
        "places": ["KEN"]}},
]  # fmt: skip
SECRET: list[dict[str, Any]] = [
    {"id": f"secret-{visibility}", "format": "technology", "language": "en", "visibility": visibility, "data": {
        "title": {"en": f"Mangrove {HIDDEN} nursery"}, "places": ["KEN", "MDG"],
        "summary": {"en": f"Growing mangrove seedlings with {HIDDEN} villages."}}}
    for visibility in (Visibility.PRIVATE, Visibility.NETWORK, Visibility.PARTIES)
]  # fmt: skip


def arrival(record: dict[str, Any], state: str = State.PUBLISHED) -> Arrival:
    clean = validate(record["format"], record["data"], record["language"])
    visibility = record.get("visibility", Visibility.PUBLIC)
    return Arrival(record["id"], record["format"], clean, record["language"], visibility, state)


def publish(records: list[dict[str, Any]], state: str = State.PUBLISHED) -> None:
    """Take records in and let the index follow."""
    arrivals = [arrival(record, state) for record in records]
    assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused
    journal.follow_to_end()


class Reader:
    """A stranger with a program."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, parameters: dict[str, Any] | None = None, **headers: str) -> HttpResponseBase:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/api/v1{path}", parameters, headers=named)

    def json(self, path: str, **parameters: Any) -> Any:
        response = self.get(path, parameters)
        assert response.status_code == 200, body_of(response)
        return orjson.loads(body_of(response))

    def lines(self, path: str, **parameters: Any) -> list[Any]:
        response = self.get(path, parameters)
        assert response.status_code == 200
        return [orjson.loads(line) for line in body_of(response).splitlines()]

    def match(self, body: Any, path: str = "/api/v1/match", content_type: str = "application/json") -> Any:
        sent = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.client.post(path, sent, content_type=content_type)


def body_of(response: HttpResponseBase) -> bytes:
    """The body, also of a stream."""
    return response.getvalue()  # type: ignore[attr-defined, no-any-return]
