"""An output folder with three articles."""

from pathlib import Path

import pytest

from tests.export.sealed import RECORDS, seal


@pytest.fixture
def output(tmp_path: Path) -> Path:
    seal(tmp_path / "output", *RECORDS)
    return tmp_path / "output"
