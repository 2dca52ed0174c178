"""Archives that are damaged inside, before each door that takes one."""

import io
import zipfile
from pathlib import Path

import pytest

from landbridge.exchange.in_.door import BadSource, Door
from landbridge.exchange.in_.sources.crs import Crs
from landbridge.exchange.in_.sources.eml import Eml
from landbridge.exchange.in_.sources.ror_door import Ror
from landbridge.exchange.in_.sources.uspto import Uspto
from tests.exchange.in_.asking import asked

DOORS: tuple[tuple[type[Door], str], ...] = ((Crs, "a.csv"), (Eml, "eml.xml"), (Ror, "v2.json"), (Uspto, "a.xml"))


@pytest.mark.parametrize(("door", "part"), DOORS)
def test_a_damaged_stream_inside_an_archive_is_one_clear_line(door: type[Door], part: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, b"0123456789 some text that packs well\n" * 400)
    raw = bytearray(packed.getvalue())
    begins = 30 + len(part)  # The local head of a part has 30 bytes and its name.
    raw[begins : begins + 8] = b"\xff" * 8
    with pytest.raises(BadSource) as error:
        asked(door(), bytes(raw), folder=tmp_path, name="a.zip")
    assert "\n" not in str(error.value)
