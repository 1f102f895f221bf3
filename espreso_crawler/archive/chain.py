"""``chain.jsonl``: every file that was sealed and what was done to it since, each line bound to the one before."""

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from espreso_crawler.archive.layout import CHAIN
from espreso_crawler.durable import sync_folder

LONGEST_LINE = 1 << 16
TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the chain."""

    event: str
    """``sealed``, ``blanked`` or ``pruned``."""
    file: str
    facts: dict[str, Any]


def append(folder: Path, event: str, file: str, **facts: Any) -> None:
    """Add a line, durable when this returns; processes add one after the other. Raises OSError.

    A line that a power cut left without its end is taken off first: nobody was told that it stands.
    """
    path = folder / CHAIN
    is_new = not path.exists()
    with _alone(path) as descriptor:
        end, last = _end(descriptor)
        document = {
            "event": event,
            "file": file,
            "at": f"{datetime.now(UTC):{TIME}}",
            **facts,
            "previous": sha256(last).hexdigest() if last else None,
        }
        line = json.dumps(document).encode() + b"\n"
        os.ftruncate(descriptor, end)
        if os.pwrite(descriptor, line, end) < len(line):
            os.ftruncate(descriptor, end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
    if is_new:
        sync_folder(folder)


def read(folder: Path) -> tuple[list[Link], list[str]]:
    """Return the lines, and a sentence for each place at which the chain is broken."""
    path = folder / CHAIN
    data = path.read_bytes() if path.exists() else b""
    links, broken = list[Link](), list[str]()
    previous = None
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            document = json.loads(line)
            link = Link(document.pop("event"), str(document.pop("file")), document)
        except (ValueError, KeyError, AttributeError, TypeError):
            broken.append(f"{CHAIN} line {number}: no line of a chain")
        else:
            links.append(link)
            if document.get("previous") != previous:
                broken.append(f"{CHAIN} line {number}: the line before it was changed, or is missing")
        previous = sha256(line).hexdigest()
    return links, broken


def standing(links: list[Link]) -> dict[str, Link]:
    """Return the last line of each file that was not pruned: it has the digest that the file must have."""
    last = {link.file: link for link in links}
    return {file: link for file, link in last.items() if link.event != "pruned"}


def pruned(links: list[Link]) -> set[str]:
    """Return the files that were deleted on purpose."""
    return {link.file for link in links} - set(standing(links))


def sha256_of(path: Path) -> str:
    """Return the digest of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _end(descriptor: int) -> tuple[int, bytes]:
    """Return where the last whole line ends, and that line without its end; it has to be within the last part."""
    size = os.fstat(descriptor).st_size
    start = max(size - LONGEST_LINE, 0)
    tail = os.pread(descriptor, size - start, start)
    tail = tail[: tail.rfind(b"\n") + 1]
    return start + len(tail), tail.rstrip(b"\n").rpartition(b"\n")[2]


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
