"""Fixtures for all tests: the saved real pages."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# The same examples on every machine, however slow it is.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("project")


@pytest.fixture(scope="session")
def real_pages() -> Path:
    """Return the folder of saved pages of the real site; they are no part of the project: a clone skips."""
    folder = Path(os.environ.get("ESPRESO_REAL_PAGES") or ROOT.parent / "shared" / "real")
    if not folder.is_dir():
        pytest.skip(f"no saved pages of the real site in {folder}; another folder: ESPRESO_REAL_PAGES")
    return folder
