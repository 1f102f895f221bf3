"""In which order bytes and names reach the disk, and that locks mean what they say."""

import errno
import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.liveness import Lock
from tests.ledger.builders import draft, in_child, names, open_ledger, sealed, url
from tests.ledger.test_kills import KILLED, crawl


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that fills with what is synced and renamed."""
    found: list[str] = []

    def noting(told: str, real: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            found.append(f"{told} {kind(name(*arguments))}")
            return real(*arguments)

        return noted

    monkeypatch.setattr(os, "fsync", noting("sync", os.fsync, lambda fd: str(Path(f"/proc/self/fd/{fd}").readlink())))
    monkeypatch.setattr(Path, "hardlink_to", noting("link", Path.hardlink_to, lambda path, _: str(path)))
    monkeypatch.setattr(Path, "rename", noting("rename", Path.rename, lambda _, target: str(target)))
    monkeypatch.setattr(Path, "replace", noting("rename", Path.replace, lambda _, target: str(target)))
    return found


def kind(path: str) -> str:
    whole = Path(path)
    if whole.name.endswith(".tmp"):
        return "temporary " + kind(path.removesuffix(".tmp"))
    return "manifest" if ".manifest" in whole.name else "data" if whole.suffix == ".jsonl" else "folder"


def test_bytes_reach_the_disk_before_names_and_names_before_the_ledger(tmp_path: Path, steps: list[str]) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1)))
    ledger.outbox.flush()
    steps.clear()
    ledger.segments.seal()
    ledger.abandon()
    assert steps[-6:] == [
        "sync temporary data",
        "sync temporary manifest",
        "rename manifest",
        "sync folder",
        "link data",
        "sync folder",
    ]


def test_delivery_replaces_no_file(tmp_path: Path) -> None:
    path = tmp_path / "000000000001-run.jsonl"
    path.write_bytes(b"a stranger's")
    files.write_lines(path, [b"ours"])
    with pytest.raises(LedgerError, match="did not write it"):
        files.deliver(path)
    assert path.read_bytes() == b"a stranger's"


@pytest.fixture
def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system have no hard links."""

    def refused(path: Path, _target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "hardlink_to", refused)


@pytest.mark.usefixtures("without_links")
def test_delivery_replaces_no_file_where_there_are_no_links(tmp_path: Path) -> None:
    test_delivery_replaces_no_file(tmp_path)


@pytest.mark.usefixtures("without_links")
def test_a_file_system_without_links_gets_its_files_by_renaming(tmp_path: Path) -> None:
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert len(sealed(tmp_path)) == 12


@pytest.mark.parametrize("step", ["seal:data-renamed", "seal:before-commit"])
def test_what_was_delivered_is_never_touched_again(tmp_path: Path, step: str) -> None:
    assert in_child(lambda: crawl(tmp_path), crash_at=step) == KILLED
    delivered = {name: inode(tmp_path, name) for name in names(tmp_path) if not name.endswith(".tmp")}
    assert len(delivered) == 2
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert not [*(tmp_path / "output").rglob(".*.tmp")]
    assert {name: inode(tmp_path, name) for name in delivered} == delivered


def inode(root: Path, name: str) -> tuple[int, int]:
    found = (root / "output" / name).stat()
    return found.st_ino, found.st_mtime_ns


def test_a_delivered_file_that_was_spoilt_meanwhile_is_written_again(tmp_path: Path) -> None:
    assert in_child(lambda: crawl(tmp_path), crash_at="seal:data-renamed") == KILLED
    (data,) = (name for name in names(tmp_path) if name.endswith(".jsonl"))
    (tmp_path / "output" / data).write_bytes(b"")
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert len(sealed(tmp_path)) == 12


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "lock", fcntl.flock
    removed: list[Path] = []

    def flock(descriptor: int, operation: int) -> None:
        if not removed:  # its holder ends between our open and our flock
            path.unlink()
            removed.append(path)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    lock = Lock.take(path)
    assert lock
    assert Lock.take(path) is None
    lock.remove()
    assert not path.exists()


@pytest.mark.parametrize("mask", [0o002, 0o022, 0o077])
def test_the_umask_decides_who_may_take_a_lock(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        assert Lock.take(tmp_path / "lock")
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_that_cannot_lock_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(_descriptor: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(LedgerError, match=r"/lock: .*: its file system cannot lock files"):
        Lock.take(tmp_path / "lock")


def test_a_note_that_was_written_in_part_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:2]))
    lock = Lock.take(tmp_path / "lock")
    assert lock
    with pytest.raises(LedgerError, match="lock: No space left on device"):
        lock.note("+a\n")
    lock.release()


def test_a_lock_file_that_cannot_be_removed_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    lock = Lock.take(tmp_path / "lock")
    assert lock
    monkeypatch.setattr(Path, "unlink", fail)
    lock.remove()
    assert Lock.take(tmp_path / "lock")


def test_notes_outlive_their_writer(tmp_path: Path) -> None:
    def note_and_die() -> None:
        lock = Lock.take(tmp_path / "lock")
        assert lock
        lock.note("+a\n")
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(note_and_die) == KILLED
    lock = Lock.take(tmp_path / "lock")
    assert lock
    assert lock.text() == "+a\n"
    lock.release()
