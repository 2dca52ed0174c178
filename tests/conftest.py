"""The ground of all tests: a data folder and a database of their own, on SQLite or PostgreSQL.

`pytest --database=sqlite` (the default) or `--database=postgresql`; the PostgreSQL server is started here. Settings
come from the environment, and other files import models when they are read: so all is made ready while this file is.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests import postgresql
from tests.sharing import ROOT, share_labels

pytest_plugins = ["tests.node", "tests.engines"]
DATABASES = ("sqlite", "postgresql")
_WHY_NOT = "LANDBRIDGE_TEST_NO_SERVER"


def _prepare_run() -> None:
    """Once for a run; its workers inherit the environment."""
    for name in [name for name in os.environ if name.startswith("LANDBRIDGE_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ[ROOT] = root = tempfile.mkdtemp(prefix="landbridge-tests-")
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    if "--database=postgresql" in sys.argv:
        try:
            cluster = postgresql.start()
        except postgresql.NoServer as error:
            os.environ[_WHY_NOT] = str(error)
        else:
            atexit.register(cluster.stop)
            os.environ["DATABASE_URL"] = cluster.url


def _prepare_process() -> None:
    """Once for each worker."""
    folder = Path(os.environ[ROOT]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder.mkdir(exist_ok=True)
    os.environ["LANDBRIDGE_DATA"] = str(folder)
    os.environ["LANDBRIDGE_SAMPLE"] = "none"
    os.environ["DJANGO_SETTINGS_MODULE"] = "landbridge.settings"
    django.setup()
    # Workers inherit the environment, and must not read the settings before their own folder is named.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    # Inner import: the settings read the environment that was made ready above.
    from django.conf import settings

    # As Django's own client does: a request inside a test must not close the connection that holds its transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "test.sqlite3")
    share_labels(folder)


if "PYTEST_XDIST_WORKER" not in os.environ:
    _prepare_run()
_prepare_process()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DATABASES, default="sqlite", help="Run on this database (with =).")


_TOUCHES = {
    "database", "db", "django_db_setup", "live_server", "nodes", "transactional_db",
}  # fmt: skip
"""A test that asks for one of these has to do with a database."""


_ONCE = (
    "tests/api/test_documents.py", "tests/api/test_http.py", "tests/api/test_shapes.py", "tests/exchange/linked/",
    "tests/exchange/partners/",
    "tests/hostile/test_accounts.py", "tests/hostile/test_api_writing.py", "tests/hostile/test_mail.py",
    "tests/hostile/test_mass_assignment.py",
    "tests/web/open/", "tests/web/test_guided.py", "tests/web/test_key_pages.py",
    "tests/web/test_peers.py", "tests/web/test_people.py",
)  # fmt: skip
"""Shapes, headers, words and pages over queries that others ask of both databases: they run on SQLite only, so that
the whole stays within a quarter of an hour on two cores."""


def _runs_twice(item: pytest.Item) -> bool:
    """Whether a test can come out differently on the other database."""
    if item.get_closest_marker("once") or any(part in item.path.as_posix() for part in _ONCE):
        return False
    return item.get_closest_marker("django_db") is not None or not _TOUCHES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") == "sqlite":
        items[:] = [item for item in items if not item.get_closest_marker("second")]
    if config.getoption("--database") == "postgresql":
        # What has nothing to do with a database was tested on SQLite already; `make test` runs both.
        config.hook.pytest_deselected(items=[item for item in items if not _runs_twice(item)])
        items[:] = [item for item in items if _runs_twice(item)]
    if reason := os.environ.get(_WHY_NOT):
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker has its own database."""


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The database that this run is on."""
    return str(request.config.getoption("--database"))
