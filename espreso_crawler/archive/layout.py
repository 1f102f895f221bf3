"""The names of the files in an archive's folder, and how one is found by the pointer of a record."""

import re
from collections.abc import Iterator
from pathlib import Path

WARC = ".warc.gz"
OPEN = ".open"
"""Added to the name of a file that a crawl still writes, or that a killed one left."""
INDEX = ".cdxj"
CHAIN = "chain.jsonl"
LOCK = "archive.lock"
OWN = re.compile(r"\d{4}-\d\d/\d{8}T\d{6}Z-[0-9a-f]{8}-\d{4,}\.warc\.gz")


def name_of(run: str, number: int) -> str:
    """Return the name of a run's file, counted from 1, relative to the archive: what `warc_file` of a record says."""
    return f"{run[:4]}-{run[4:6]}/{run}-{number:04}{WARC}"


def is_own(name: str) -> bool:
    """Whether a pointer is one of a crawl's own; a replayed archive of others has other names."""
    return OWN.fullmatch(name) is not None


def open_path(folder: Path, name: str) -> Path:
    """Return where a file is while it is written."""
    return folder / f"{name}{OPEN}"


def index_path(folder: Path, name: str) -> Path:
    """Return where a sealed file's index is."""
    return folder / f"{name.removesuffix(WARC)}{INDEX}"


def find(folder: Path, name: str) -> Path | None:
    """Return the file that a pointer names, sealed or still being written; None when it is not there."""
    # In this order: a file that is sealed between the two looks is found by the second.
    for path in (open_path(folder, name), folder / name):
        if path.is_file():
            return path
    return None


def sealed(folder: Path) -> Iterator[str]:
    """Yield the names of the sealed files, oldest run first; files of others in the folder are left alone."""
    yield from sorted(filter(is_own, (path.relative_to(folder).as_posix() for path in folder.glob(f"*/*{WARC}"))))


def unsealed(folder: Path) -> Iterator[str]:
    """Yield the names of the files that are being written, or were when their crawl was killed."""
    found = folder.glob(f"*/*{WARC}{OPEN}")
    yield from sorted(filter(is_own, (path.relative_to(folder).as_posix().removesuffix(OPEN) for path in found)))
