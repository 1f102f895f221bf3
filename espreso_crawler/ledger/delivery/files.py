"""Files of the ledger that are there whole or not at all; what keeps one from it is a `LedgerError` with a way out."""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import orjson

from espreso_crawler import durable
from espreso_crawler.durable import sync_folder, temporary
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.object_path import ObjectPath, OutputPath

CHUNK = 1 << 20
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What a file system without hard links answers: FAT, many mounts by FUSE or of a phone; a file is renamed there."""


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


def write_document(path: OutputPath, document: dict[str, Any]) -> None:
    """Put an indented JSON document in place of `path`: the old one or the new one is there, never a part."""
    content = _document(document)
    with _told(path):
        if isinstance(path, ObjectPath):
            path.write_bytes(content)
            return
        make_folder(path.parent)
        durable.put(path, [content])


def create(path: ObjectPath, content: bytes | dict[str, Any]) -> bool:
    """Put an object, or an indented JSON document, if there is none of its name; returns whether there was none."""
    with _told(path):
        return path.create(content if isinstance(content, bytes) else _document(content))


def deliver(path: Path) -> None:
    """Give a finished temporary file its final name and make the name durable; no other file is ever replaced."""
    with _told(path):
        try:
            _name(path)
        except FileExistsError:
            raise strange(path) from None
        crash_point("seal:data-renamed")
        temporary(path).unlink(missing_ok=True)
        sync_folder(path.parent)


def strange(path: OutputPath) -> LedgerError:
    """Return the error of a file that lies where another one was to be delivered."""
    return LedgerError(f"{path}: this ledger did not write it; `scrapy ledger reconcile --fix` puts it aside")


def _name(path: Path) -> None:
    try:
        path.hardlink_to(temporary(path))
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if path.exists():  # a rename would replace it; a look before is enough, as one process seals at a time
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        temporary(path).rename(path)


def put(path: Path, place: Path) -> None:
    """Rename a file that is finished and durable to another name, in place of what is there."""
    with _told(path):
        path.replace(place)
        sync_folder(place.parent)


def write_again(path: OutputPath, lines: Iterable[bytes]) -> None:
    """Put lines, each ended by a newline, in place of a file."""
    if isinstance(path, ObjectPath):
        content = b"".join(line + b"\n" for line in lines)
        with _told(path):
            path.write_bytes(content)
        return
    write_lines(path, lines)
    put(temporary(path), path)


def move_out(path: OutputPath, place: Path) -> None:
    """Move a file out of the output to a place on this machine, perhaps on another disk. Raises OSError."""
    durable.put(place, [path.read_bytes()])
    path.unlink()


def remove(*paths: OutputPath) -> None:
    """Remove files that may or may not be there."""
    for path in paths:
        with _told(path):
            path.unlink(missing_ok=True)


def make_folder(folder: OutputPath) -> None:
    """Make a folder with its parents; the new names are durable."""
    if isinstance(folder, ObjectPath):
        return
    with _told(folder):
        durable.make_folder(folder)


def measure(path: OutputPath) -> Written:
    """Return count, size and digest of a data file as it lies on the disk."""
    digest = hashlib.sha256()
    count = size = 0
    with _told(path), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            count += chunk.count(b"\n")
            size += len(chunk)
    return Written(count, size, digest.hexdigest())


@overload
def manifest_of(path: Path) -> Path: ...


@overload
def manifest_of(path: ObjectPath) -> ObjectPath: ...


def manifest_of(path: OutputPath) -> OutputPath:
    """Return the path of a data file's manifest."""
    return path.with_name(path.name.removesuffix(".jsonl") + ".manifest.json")


def _document(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@contextmanager
def _told(path: OutputPath) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{error.filename or path}: {error.strerror}; correct this and crawl again: what was not written is pending"
        ) from error
