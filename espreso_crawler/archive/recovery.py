"""What a killed crawl left open is cut back to its last whole record, and sealed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from espreso_crawler.archive import chain
from espreso_crawler.archive.faults import Faults
from espreso_crawler.archive.index import Place
from espreso_crawler.archive.layout import LOCK, open_path, unsealed
from espreso_crawler.archive.members import BrokenWarcError, Member, members
from espreso_crawler.archive.warc_file import seal

INDEXED = ("response", "revisit")


def recover(folder: Path) -> list[str]:
    """Seal the files of crawls that were killed; returns their names. Raises OSError.

    Nothing happens to the files of living crawls, nor while another process works on the archive. A file that cannot
    be sealed keeps no other from it: then `ArchiveError` is raised in the end.
    """
    if not any(unsealed(folder)):
        return []
    done, faults = list[str](), Faults()
    with alone(folder, waits=False) as is_alone:
        for name in unsealed(folder) if is_alone else ():
            with faults.of(open_path(folder, name)):
                done += [name] if _recovered(folder, name) else []
    faults.tell()
    return done


def whole_members(path: Path) -> tuple[list[Member], int]:
    """Return the whole records of a file up to the first that is not (bodies left out), and where they end."""
    found, end = list[Member](), 0
    try:
        for member in members(path):
            found.append(member.bare())
            end = member.offset + member.length
    except BrokenWarcError:
        pass
    return found, end


def places(found: list[Member]) -> list[Place]:
    """Return what an index says of records."""
    return [_place(member) for member in found if member.type in INDEXED]


@contextmanager
def alone(folder: Path, *, waits: bool) -> Iterator[bool]:
    """Keep other processes from working on the archive; those that write into it go on. Raises OSError."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield _lock(descriptor, waits=waits)
    finally:
        os.close(descriptor)


def _recovered(folder: Path, name: str) -> bool:
    path = open_path(folder, name)
    with _held(path) as descriptor:
        if descriptor is None:
            return False
        found, end = whole_members(path)
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
        standing = chain.standing(chain.read(folder)[0]).get(name)
        is_chained = standing is not None and standing.facts.get("sha256") == chain.sha256_of(path)
        seal(folder, name, places(found), is_chained=is_chained)
    return True


@contextmanager
def _held(path: Path) -> Iterator[int | None]:
    """Hold an open file that no living crawl writes; None for one that is written, or has been sealed meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor if _lock(descriptor, waits=False) and path.exists() else None
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, waits: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _place(member: Member) -> Place:
    status = member.status
    kind = "warc/revisit" if member.type == "revisit" else member.mime
    at = datetime.strptime(member.fields["warc-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    digest = member.fields.get("warc-payload-digest", "-")
    return Place(member.url, at, kind, status, digest, member.offset, member.length)
