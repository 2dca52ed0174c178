"""A point on its small map: in the middle of what is seen, also at the edges of the world."""

import re

import pytest
from django.test import Client

from landbridge.registry.actions import draft, publish
from landbridge.registry.writing import NODE
from landbridge.web.spots import spot, view_box


@pytest.mark.parametrize(
    ("latitude", "longitude", "box"),
    [(0, 0, (-350, -175, 700, 350)), (-17.7, 178.1, (1431, 2, 700, 350)), (90, -180, (-2150, -900, 700, 350)),
     (-90, 180, (1450, 550, 700, 350))],
)  # fmt: skip
def test_the_point_is_in_view(latitude: float, longitude: float, box: tuple[int, ...]) -> None:
    assert view_box(latitude, longitude) == box
    x, y, wide, high = box
    assert x <= longitude * 10 <= x + wide
    assert y <= -latitude * 10 <= y + high
    lands = [int(one) for one in re.findall(r'<image [^>]*x="(-?\d+)"', spot(latitude, longitude))]
    assert min(lands) <= x
    assert max(lands) + 3600 >= x + wide, "there is land beyond the edge of the map"


@pytest.mark.django_db
def test_a_record_shows_its_point_and_a_protected_one_only_roughly(client: Client) -> None:
    for name, blurred in (("open", False), ("kept", True)):
        point = {"latitude": -17.71234, "longitude": 178.06543, "blurred": blurred}
        data = {"title": name, "summary": name, "point": point}
        draft(actor=NODE, format="case_study", data=data, workflow="reference", record_id=f"spot-{name}")
        publish(actor=NODE, record_id=f"spot-{name}")
    assert 'cx="1780.7" cy="177.1"' in _page(client, "/records/spot-open")
    kept = _page(client, "/records/spot-kept")
    assert 'class="near" cx="1781.0" cy="177.0"' in kept
    assert not re.search(r"17\.71|178\.06|1780\.6|177\.1", kept)


def _page(client: Client, address: str) -> str:
    return client.get(address, headers={"host": "localhost"}).content.decode()
