"""Fixtures for all tests: the saved real pages, a database server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.vocabularies import loading
from tests.postgres import server

ROOT = Path(__file__).parents[1]

# A shell starts what runs in the background with Ctrl-C ignored, and so would be the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every machine, however slow it is.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("project")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say a wrong row of a vocabulary once, with file and line, instead of in each test that reads it."""
    if not hasattr(session.config, "workerinput"):
        try:
            loading.load()
        except ConfigurationError as error:
            pytest.exit(f"espreso_crawler/vocabularies/{error}", returncode=1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server for all tests of this process; without its package a test skips."""
    with server() as address:
        yield address


@pytest.fixture(scope="session")
def real_pages() -> Path:
    """Return the folder of saved pages of the real site; they are no part of the project: a clone skips."""
    folder = Path(os.environ.get("ESPRESO_REAL_PAGES") or ROOT.parent / "shared" / "real")
    if not folder.is_dir():
        pytest.skip(f"no saved pages of the real site in {folder}; another folder: ESPRESO_REAL_PAGES")
    return folder
