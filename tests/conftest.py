"""Fixtures for all tests: the saved real pages, servers of databases and objects."""

import os
import re
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.vocabularies import loading
from tests import buckets, postgres
from tests.proxy import Proxy, between

ROOT = Path(__file__).parents[1]

# Tests start some hundred interpreters, and each would compile the whole project: a second of processor time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell starts what runs in the background with Ctrl-C ignored, and so would be the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every machine, however slow it is.
# Hypothesis would also have a busy machine fail a test whose examples take long to draw.
settings.register_profile(
    "project", deadline=None, derandomize=True, max_examples=200, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say a wrong row of a vocabulary once, with file and line, instead of in each test that reads it."""
    if not hasattr(session.config, "workerinput"):
        try:
            loading.load()
        except ConfigurationError as error:
            pytest.exit(f"espreso_crawler/vocabularies/{error}", returncode=1)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for no doctests below `tests`, where none are: each file there would be imported for it."""
    found = yield
    return [each for each in found if type(each) is pytest.Module]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k` know a test also by its fixtures: `-k postgresql` means all that use the server."""
    item.extra_keyword_matches.update(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server for all tests of this process; without its package a test skips."""
    with postgres.server() as address:
        yield address


@pytest.fixture
def proxy(postgresql: str) -> Iterator[Proxy]:
    """Put a link before the server that counts round trips and can stand still."""
    with between(postgres.socket_of(postgresql)) as link:
        yield link


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Start an S3 server with a bucket for all tests of this process."""
    with buckets.server() as address:
        yield address


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a place of the test's own in a bucket; the environment says how to reach it."""
    for name, value in (buckets.CREDENTIALS | {"AWS_ENDPOINT_URL": s3}).items():
        monkeypatch.setenv(name, value)
    return f"{buckets.ADDRESS}/{re.sub('[^a-z_]', '-', request.node.name)}"


@pytest.fixture(scope="session")
def real_pages() -> Path:
    """Return the folder of saved pages of the real site; they are no part of the project: a clone skips."""
    folder = Path(os.environ.get("ESPRESO_REAL_PAGES") or ROOT.parent / "shared" / "real")
    if not folder.is_dir():
        pytest.skip(f"no saved pages of the real site in {folder}; another folder: ESPRESO_REAL_PAGES")
    return folder
