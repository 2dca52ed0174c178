"""Work in threads of its own."""

from threading import Event

import pytest

from landbridge.lib import background


def test_work_that_is_going_on_is_known(caplog: pytest.LogCaptureFixture) -> None:
    may_end, has_ended = Event(), Event()

    def work() -> None:
        may_end.wait(10)
        raise ValueError("no line")

    background.begin(work, name="sample", doing="Telling somebody", after=has_ended.set)
    assert background.busy()
    may_end.set()
    assert has_ended.wait(10)
    for _ in range(100):
        if not background.busy():
            break
        Event().wait(0.05)
    assert not background.busy()
    assert "Telling somebody failed" in caplog.text
