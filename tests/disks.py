"""A disk that is nearly full: a small file system in memory, where this machine lets tests mount one."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools import missing


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a disk of a size such as ``600k`` over a folder; skip the test where that is not allowed."""
    if not shutil.which("mount"):
        missing("no mount program: apt install mount")
    if not _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder):
        pytest.skip("no right to mount a small disk; tests/ledger/test_faults.py has a test that does without")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def grow(folder: Path, size: str) -> None:
    """Give a small disk more room."""
    assert _mount("-o", f"remount,size={size}", folder)


def _mount(*arguments: str | Path) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
