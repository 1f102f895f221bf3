"""Who is alive: a lock that a run holds for its life, and what it had in hand; no heartbeats, no pids.

Where the ledger is in PostgreSQL, a lock is two: the file's, which ends with the process, and one of the same name in
the database, which ends with the session. So a run is dead for others once it can no longer write, and on its own
machine once its process is gone too.
"""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Self
from weakref import WeakSet

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.store.database import SessionLocks

SUFFIX = ".run.lock"
WAIT = 0.02
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What a file system that cannot lock answers: many mounts by FUSE, NFS whose lock service is down."""

_held: WeakSet["Lock"] = WeakSet()


class Lock:
    """An exclusive ``flock`` on a file, held until `release` or death; child processes do not inherit it."""

    def __init__(self, path: Path, descriptor: int, second: SessionLocks | None) -> None:
        self.path = path
        self._descriptor = descriptor
        self._second = second
        _held.add(self)

    @classmethod
    def take(cls, path: Path, second: SessionLocks | None = None) -> Self | None:
        """Take the lock without waiting; None when a living process holds it. The file is made if need be."""
        while True:
            descriptor = _opened(path)
            if not _locked(path, descriptor):
                os.close(descriptor)
                return None
            if not _still_names(path, descriptor):  # its last holder unlinked it between open and flock
                os.close(descriptor)
                continue
            lock = cls(path, descriptor, None)
            try:
                is_ours = second is None or second.lock(path.name)
            except LedgerError:
                lock.release()
                raise
            if not is_ours:
                lock.release()
                return None
            lock._second = second
            return lock

    @classmethod
    def take_within(cls, path: Path, seconds: float, second: SessionLocks | None = None) -> Self | None:
        """Take the lock, waiting at most so long; None when it stays taken."""
        deadline = time.monotonic() + seconds
        while (lock := cls.take(path, second)) is None and time.monotonic() < deadline:
            time.sleep(WAIT)
        return lock

    def note(self, text: str) -> None:
        """Append text to the file. It outlives the process, though perhaps not a power cut."""
        data = text.encode()
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise LedgerError(f"{self.path}: {error.strerror}") from error
        if written < len(data):
            raise LedgerError(f"{self.path}: {os.strerror(errno.ENOSPC)}")

    def text(self) -> str:
        """Return what was noted."""
        size = os.fstat(self._descriptor).st_size
        return os.pread(self._descriptor, size, 0).decode(errors="replace")

    def remove(self) -> None:
        """Unlink the file while still holding the lock, then let go."""
        if self._descriptor >= 0:
            with suppress(OSError):  # the next opener sweeps it
                self.path.unlink()
        self.release()

    def release(self) -> None:
        """Let go of the lock and keep the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            if self._second:
                self._second.unlock(self.path.name)

    def forget(self) -> None:
        """Close a forked child's copy of the file; the lock stays its parent's."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def run_lock(locks: Path, run: str) -> Path:
    """Return the path of a run's lock."""
    return locks / f"{run}{SUFFIX}"


def in_hand(notes: str) -> set[str]:
    r"""Return the addresses a dead run was working on, from its lock's notes: ``+url`` begins, ``-url`` ends.

    >>> in_hand("+a\n+b\n-a\n")
    {'b'}
    """
    held = set()
    for line in notes.splitlines():
        if line.startswith("+"):
            held.add(line[1:])
        else:
            held.discard(line[1:])
    return held


def _opened(path: Path) -> int:
    try:
        # The umask decides who else may take it: beside a shared output it is other users' lock too.
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    except OSError as error:
        advice = ": check the permissions of the file and its folder" if isinstance(error, PermissionError) else ""
        raise LedgerError(f"{path}: {error.strerror}{advice}") from error


def _locked(path: Path, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        os.close(descriptor)
        advice = ": its file system cannot lock files: give a folder on another one" if error.errno in NO_LOCKS else ""
        raise LedgerError(f"{path}: {error.strerror}{advice}") from error
    return True


def _still_names(path: Path, descriptor: int) -> bool:
    mine = os.fstat(descriptor)
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _release_all() -> None:
    for lock in list(_held):
        lock.forget()


# flock belongs to the open file, which a fork shares: a forked child would keep a dead run alive
os.register_at_fork(after_in_child=_release_all)
