"""The shim by which a disk fails: compiled, loaded before all else, armed in a forked child; no expectations."""

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
PRELOAD = "LD_PRELOAD"
FOR_EVER, SHORT, LOSES = 1, 2, 4
"""As in the shim."""


@dataclass(frozen=True)
class Failure:
    """Which call on the disk fails, and how."""

    folder: str
    """Of the three that a crawl writes: `state`, `output` or `archive`."""
    kind: str
    """``open``, ``write``, ``fsync``, ``rename`` (or link), ``unlink``, ``truncate``, ``mkdir``."""
    at: int
    """The call that fails, from 1; 0 for none."""
    error: int
    how: int = 0


def compiler() -> str | None:
    """Return the path of the C compiler, if there is one."""
    return shutil.which("cc")


def is_loaded() -> bool:
    """Whether this process runs with the shim."""
    return hasattr(ctypes.CDLL(None), "disk_arm")


def compiled(folder: Path) -> Path:
    """Compile the shim into a folder."""
    library = folder / "failing_disk.so"
    subprocess.run([compiler() or "cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def load(module: str, folder: Path) -> None:
    """Run a module in place of this process, with the shim and the same arguments."""
    if not compiler():
        sys.exit("no C compiler: apt install gcc libc6-dev")
    environment = os.environ | {PRELOAD: str(compiled(folder))}
    os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], environment)  # noqa: S606  # ourselves


def arm(home: Path, failure: Failure, told: Path) -> None:
    """Let a call of this process fail. `told` gets a line for each call that fails, or for every call when none is to.

    A line is the kind and the path.
    """
    folder = home / failure.folder if failure.at else home
    texts = [part.encode() for part in (str(folder), failure.kind, str(told))]
    ctypes.CDLL(None).disk_arm(texts[0], texts[1], ctypes.c_long(failure.at), failure.error, failure.how, texts[2])
