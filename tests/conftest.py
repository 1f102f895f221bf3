"""Fixtures for all tests: the saved real pages, and what to do when a tool is missing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# The same examples on every machine, however slow it is.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("project")


@pytest.fixture
def missing_tool() -> Callable[[str], NoReturn]:
    """Return what to call with a reason when a program is not installed: a user's run skips, CI's fails."""

    def missing(reason: str) -> NoReturn:
        if os.environ.get("ESPRESO_REQUIRE_TOOLS"):
            pytest.fail(reason)
        pytest.skip(reason)

    return missing


@pytest.fixture(scope="session")
def real_pages() -> Path:
    """Return the folder of saved pages of the real site; they are no part of the project: a clone skips."""
    folder = Path(os.environ.get("ESPRESO_REAL_PAGES") or ROOT.parent / "shared" / "real")
    if not folder.is_dir():
        pytest.skip(f"no saved pages of the real site in {folder}; another folder: ESPRESO_REAL_PAGES")
    return folder
