"""A record as a row and back, for every format of the sample network."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from landbridge.exchange.columns import columns, format_meant, from_row, to_row
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate

SAMPLE = Path(__file__).parent.parent.parent / "landbridge" / "sample"
LINES = [orjson.loads(line) for path in sorted(SAMPLE.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
def test_what_is_written_is_read_again(line: dict[str, Any]) -> None:
    clean = validate(line["format"], line["data"], line["language"])
    row = to_row({**line, "data": clean})
    again = from_row(row, None)
    assert (again["format"], again["id"], again["language"]) == (line["format"], line["id"], line["language"])
    assert validate(line["format"], again["data"], line["language"]) == clean
    assert set(row) <= set(columns(line["format"], tuple(sorted({name.split(".")[-1] for name in row}))))


@pytest.mark.parametrize("name", FORMATS)
def test_sheets_are_named_by_their_format(name: str) -> None:
    assert format_meant(name) == format_meant(FORMATS[name].plural) == name
    assert format_meant("Sheet1") is None
