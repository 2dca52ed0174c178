"""The name of a folder: one for all who ask, also when they ask at once."""

import multiprocessing
from pathlib import Path

from landbridge.lib.marks import mark


def test_a_name_is_made_once(tmp_path: Path) -> None:
    place = tmp_path / "new" / "host"
    first = mark(place)
    assert len(first) == 12
    assert mark(place) == first
    assert [path.name for path in place.parent.iterdir()] == ["host"]


def test_processes_that_start_at_once_read_the_same_name(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for number in range(30):
            names = set(pool.map(mark, [tmp_path / str(number)] * 4, chunksize=1))
            assert len(names) == 1, names
            assert len(names.pop()) == 12
