"""The pages of the network on a phone, from right to left, in the dark: accessible, and nothing sticks out."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def test_the_network_is_readable_on_the_smallest_screen(browse: Any) -> None:
    from landbridge.exchange.models import NodeKey, Peer
    from landbridge.registry.actions import NODE, receive_many
    from landbridge.registry.receiving import Arrival
    from landbridge.registry.workflow import Workflow
    from tests.support import record

    NodeKey.objects.create(id="0123" * 16, public="x", private="x", since=timezone.now())
    names = {"en": "A node with a rather long name", "ar": "عقدة"}
    Peer.objects.create(address="https://a-rather-long-address.example.org", names=names, failures=2)
    told = record("chm", "clearing_house", title="Exchange", party="FJI", clearing_house_status="working",
                  obstacles=["staff"], node_address="https://a-rather-long-address.example.org").data  # fmt: skip
    arrival = Arrival(id="chm", format="clearing_house", data=told)
    assert not receive_many([arrival], actor=NODE, workflow=Workflow.REFERENCE).refused
    page = browse("/network", language="ar", dark=True, width=320)
    for path in ("/network", "/network/national"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        violations = Axe().run(page, options=RULES).response["violations"]
        assert not [(path, one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in violations]
    assert not page.complaints
