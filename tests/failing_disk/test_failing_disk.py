"""The short form of ``make disk``, and that the shim does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawls import ROOT
from tests.failing_disk import shim
from tests.tools import missing

FAILURES = 7
SECONDS = 480
"""Far more than it takes: a crawl that hangs is told sooner."""
WRITES = """
import errno, os, sys
from pathlib import Path
from tests.failing_disk.shim import LOSES, SHORT, Failure, arm, is_loaded

assert is_loaded()
home = Path(sys.argv[1])
file = home / "state" / "file"
file.parent.mkdir()
file.write_bytes(b"old")

def tried(work):
    try:
        return work()
    except OSError as error:
        return errno.errorcode[error.errno]

with file.open("r+b", buffering=0) as out:
    arm(home, Failure("state", "fsync", 2, errno.EIO, LOSES), home / "told")
    out.write(b"new")
    os.fsync(out)
    out.write(b" words")
    print(tried(lambda: os.fsync(out)), file.read_bytes(), tried(lambda: os.fsync(out)))
    arm(home, Failure("state", "write", 1, errno.ENOSPC, SHORT), home / "told")
    print(out.write(b"1234"), (home / "elsewhere").write_bytes(b"1234"))
    for kind, work in {
        "open": file.read_bytes,
        "rename": lambda: file.rename(file),
        "unlink": file.unlink,
        "mkdir": lambda: file.with_name("folder").mkdir(),
        "truncate": lambda: os.ftruncate(out.fileno(), 0),
    }.items():
        arm(home, Failure("state", kind, 1, errno.ENOSPC), home / "told")
        print(kind, tried(work), (home / "told").read_text().split())
"""


@pytest.fixture(scope="module", autouse=True)
def compiler() -> str:
    return shim.compiler() or missing("no C compiler: apt install gcc libc6-dev")


def test_crawls_whose_disk_fails_lose_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.failing_disk", str(FAILURES), "--home", str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = {name: int(count) for count, name in re.findall(r"^ *(\d+)  (.+)$", done.stdout, re.MULTILINE)}
    assert sum(count for name, count in told.items() if name.startswith("failed at ")) >= FAILURES
    assert [told[name] for name in ("lost", "doubled", "torn", "out of order", "untrue")] == [0] * 5


def test_a_call_fails_as_asked_and_a_failed_fsync_takes_what_was_written(tmp_path: Path) -> None:
    environment = os.environ | {shim.PRELOAD: str(shim.compiled(tmp_path))}
    command = [sys.executable, "-c", WRITES, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        r"EIO b'new\x00\x00\x00\x00\x00\x00' None",
        "2 4",
        *(
            f"{kind} ENOSPC ['{kind}', '{tmp_path}/state/{name}']"
            for kind, name in [
                ("open", "file"),
                ("rename", "file"),
                ("unlink", "file"),
                ("mkdir", "folder"),
                ("truncate", "file"),
            ]
        ),
    ], done.stderr
