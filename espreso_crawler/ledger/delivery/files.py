"""Files of the ledger that are there whole or not at all; what keeps one from it is a `LedgerError` with a way out."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler import durable
from espreso_crawler.durable import sync_folder, temporary
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.crash import crash_point

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """What a data file holds."""

    count: int
    bytes: int
    sha256: str


def write_lines(path: Path, lines: Iterable[bytes]) -> Written:
    """Write lines, each ended by a newline, to a temporary neighbour of `path` and fsync it; no rename."""
    digest = hashlib.sha256()
    count = size = 0
    with _told(path), temporary(path).open("wb") as file:
        for line in lines:
            whole = line + b"\n"
            file.write(whole)
            digest.update(whole)
            count += 1
            size += len(whole)
            if count == 1:
                file.flush()
                crash_point("seal:half-written")
        file.flush()
        os.fsync(file.fileno())
    return Written(count, size, digest.hexdigest())


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Put an indented JSON document in place of `path`: the old one or the new one is there, never a part."""
    with _told(path):
        make_folder(path.parent)
        durable.put(path, [orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)])


def deliver(path: Path) -> None:
    """Rename a finished temporary file to its final name and make the name durable."""
    with _told(path):
        temporary(path).rename(path)
        crash_point("seal:data-renamed")
        sync_folder(path.parent)


def put(path: Path, place: Path) -> None:
    """Rename a file that is finished and durable to another name, in place of what is there."""
    with _told(path):
        path.replace(place)
        sync_folder(place.parent)


def remove(*paths: Path) -> None:
    """Remove files that may or may not be there."""
    for path in paths:
        with _told(path):
            path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder with its parents; the new names are durable."""
    with _told(folder):
        durable.make_folder(folder)


def measure(path: Path) -> Written:
    """Return count, size and digest of a data file as it lies on the disk."""
    digest = hashlib.sha256()
    count = size = 0
    with _told(path), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            count += chunk.count(b"\n")
            size += len(chunk)
    return Written(count, size, digest.hexdigest())


def manifest_of(path: Path) -> Path:
    """Return the path of a data file's manifest."""
    return path.with_name(path.name.removesuffix(".jsonl") + ".manifest.json")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{error.filename or path}: {error.strerror}; correct this and crawl again: what was not written is pending"
        ) from error
