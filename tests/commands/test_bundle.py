"""`landbridge bundle`: the same from the command line, with one clear line for whatever is wrong."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from landbridge.commands import bundle as command
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.models import WorkRight
from landbridge.parties.models import Party
from landbridge.web import bundling
from tests.exchange.bundles.elsewhere import HERE, THERE, become, fingerprint, know, publish

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.bundle, [str(one) for one in arguments])


def test_there_and_back_by_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "follow_with_bar", lambda: None)
    monkeypatch.setattr(bundling, "_form", lambda *named: b"a form")
    become(THERE, monkeypatch, tmp_path / "there")
    publish("reef-one", "reef-two", places=["FJI"])
    stick = tmp_path / "stick.zip"
    assert "2 records, 0 gone, 0 files" in call("make", stick, "--place", "FJI", "--pages", "en").output
    assert "no country or region" in str(call("make", stick, "--place", "Atlantis").exception)
    assert "begin with" in call("pages", tmp_path / "pages", "--pages", "zh").output
    assert (tmp_path / "pages" / "pages" / "zh" / "index.html").is_file()
    assert "not empty" in str(call("pages", tmp_path / "pages").exception)
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    assert isinstance(call("read", stick).exception, BadBundle)
    know(THERE, print_)
    assert "every file is what its maker signed" in call("check", stick).output
    assert "2 new" in call("read", "--preview", stick).output
    assert "2 new" in call("read", stick).output
    assert "2 same" in call("read", stick).output
    assert "0 items" in call("work", tmp_path / "work.zip", "--for", f"{THERE}/").output
    Party.objects.create(id="FJI", kind="party", country="FJI", names={"en": "Fiji"})
    assert "FJI" in call("allow", THERE, "FJI").output
    assert "FJI" not in call("allow", THERE, "FJI", "--remove").output
    assert not WorkRight.objects.exists()
    assert "no party" in str(call("allow", THERE, "nobody").exception)
