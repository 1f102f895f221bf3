"""Full disks, damaged files, foreign output: what is refused, and that nothing is lost by it."""

import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler import record
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import Ledger, Rules, Run, new_run_id
from espreso_crawler.ledger.store import sqlite
from tests.disks import small_disk
from tests.ledger.builders import (
    HOST,
    NOON,
    QUICK,
    Clock,
    draft,
    in_child,
    open_ledger,
    run_files,
    sealed,
    see,
    sighting,
    url,
)

DRIVERS = ("sqlite",)


def database(root: Path) -> Path:
    return root / "state" / "ledger.sqlite3"


def crawl(root: Path, *, first: int = 1, last: int = 3) -> None:
    ledger = open_ledger(root)
    leases = ledger.entries.take([HOST]) + see(ledger, *(sighting(n) for n in range(first, last + 1)))
    for lease in leases:
        ledger.outbox.emit(draft(lease.url))
    ledger.close("finished", 0)


def damaged(root: Path) -> None:
    data = bytearray(database(root).read_bytes())
    data[100:] = os.urandom(len(data) - 100)
    database(root).write_bytes(data)


def no_database(root: Path) -> None:
    database(root).write_bytes(b"This is a letter, not a ledger. " * 40)


def other_database(root: Path) -> None:
    database(root).unlink()
    sqlite3.connect(database(root)).execute("CREATE TABLE cats (name)").connection.commit()


def newer(root: Path) -> None:
    sqlite3.connect(database(root)).execute("PRAGMA user_version = 99").connection.commit()


def gone(root: Path) -> None:
    database(root).unlink()


def old_copy(root: Path) -> None:
    """Put an old ledger beside newer output."""
    copy = root / "copy"
    shutil.copy(database(root), copy)
    crawl(root, first=4, last=6)
    shutil.copy(copy, database(root))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (damaged, "damaged"),
        (no_database, "no ledger"),
        (other_database, "no ledger"),
        (newer, "newer version"),
        (gone, "reconcile --rebuild"),
        (old_copy, "`--fix` reads into an old copy"),
    ],
)
def test_a_ledger_that_cannot_be_trusted_is_refused_and_kept(
    tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    crawl(tmp_path)
    spoil(tmp_path)
    before = database(tmp_path).read_bytes() if database(tmp_path).exists() else None
    with pytest.raises(LedgerError, match=message) as refused:
        open_ledger(tmp_path)
    assert str(database(tmp_path)) in str(refused.value)
    after = database(tmp_path).read_bytes() if database(tmp_path).exists() else None
    assert after == before


def test_damage_met_in_mid_crawl_is_told(tmp_path: Path) -> None:
    crawl(tmp_path)
    data = bytearray(database(tmp_path).read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    database(tmp_path).write_bytes(data)
    with pytest.raises(LedgerError, match="damaged"):
        crawl(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_read_only_ledger_is_refused(tmp_path: Path) -> None:
    crawl(tmp_path)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/pytest"):  # noqa: S108 - to let nobody in
            folder.chmod(0o755)
    told = tmp_path / "told"
    told.touch()
    told.chmod(0o666)

    def as_nobody() -> None:
        os.setgid(65534)
        os.setuid(65534)
        try:
            open_ledger(tmp_path)
        except LedgerError as error:
            told.write_text(str(error))

    assert in_child(as_nobody) == 0
    assert "ermission" in told.read_text() or "cannot be written" in told.read_text()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    crawl(tmp_path)
    read_only = sqlite3.connect(f"file:{database(tmp_path)}?mode=ro", uri=True, isolation_level=None)
    with pytest.raises(LedgerError, match="cannot be written: check the rights"):
        sqlite.SqliteDatabase(read_only, "it").write("DELETE FROM runs")


def test_output_and_state_on_two_disks_are_refused(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")  # noqa: S108 - a second file system
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    run = Run(new_run_id(NOON), "read_also", {}, NOON)
    with pytest.raises(LedgerError, match="two file systems"):
        Ledger.open(database(tmp_path), output=elsewhere, state=tmp_path / "state", run=run, record=record)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m"):
        fill_and_mend(tmp_path)


def fill_and_mend(root: Path) -> None:
    ledger = open_ledger(root)
    see(ledger, *(sighting(n) for n in range(1, 6)))
    ledger.outbox.emit(draft(url(1)))
    ledger.outbox.flush()
    free = shutil.disk_usage(root).free
    (root / "ballast").write_bytes(b"x" * max(free - 16 * 1024, 0))
    ledger.outbox.emit(draft(url(2), "long " * 20_000))
    ledger.outbox.emit(draft(url(3)))
    with pytest.raises(LedgerError, match="full"):
        ledger.outbox.flush()
    ledger.abandon()
    (root / "ballast").unlink()
    crawl(root, last=5)
    assert sorted(line["id"] for line in sealed(root)) == [f"ua:news-{n}" for n in range(1, 6)]


def test_a_file_that_may_not_grow_loses_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        ledger = open_ledger(tmp_path)
        see(ledger, *(sighting(n) for n in range(1, 4)))
        ledger.outbox.emit(draft(url(1), "long " * 60_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
        with pytest.raises(LedgerError):
            ledger.outbox.flush()
        with pytest.raises(LedgerError):
            ledger.close("ledger_failed", 4)

    assert in_child(fail) == 0
    crawl(tmp_path)
    assert [line["id"] for line in sealed(tmp_path)] == [f"ua:news-{n}" for n in range(1, 4)]


def test_a_segment_that_cannot_be_written_stays_in_the_outbox_and_the_run_is_ended(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    ledger.outbox.emit(draft(url(1)))
    ledger.outbox.flush()
    (tmp_path / "output" / "articles").write_text("a file where a folder should be")
    with pytest.raises(LedgerError, match="articles"):
        ledger.seal()
    with pytest.raises(LedgerError, match="articles"):
        ledger.close("ledger_failed", 4)
    (run,) = run_files(tmp_path)
    assert (run["reason"], run["exit_code"]) == ("ledger_failed", 4)
    (tmp_path / "output" / "articles").unlink()
    crawl(tmp_path)
    assert [line["id"] for line in sealed(tmp_path)] == ["ua:news-1", "ua:news-2", "ua:news-3"]


def test_an_output_folder_that_vanishes_in_a_crawl_is_made_again(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    ledger.outbox.emit(draft(url(1)))
    shutil.rmtree(tmp_path / "output")
    ledger.close("finished", 0)
    assert [line["id"] for line in sealed(tmp_path)] == ["ua:news-1"]


def test_order_does_not_rest_on_the_clock(tmp_path: Path) -> None:
    clock = Clock()
    ids = []
    for number in range(1, 5):
        ledger = open_ledger(tmp_path, clock=clock)
        ledger.outbox.emit(draft(url(number)))
        ids.append(ledger.close("finished", 0)["segments"][0]["number"])
        clock.now -= timedelta(days=number)
    assert ids == [1, 2, 3, 4]
    assert [line["id"] for line in sealed(tmp_path)] == [f"ua:news-{n}" for n in range(1, 5)]


def test_a_ledger_that_another_process_holds_is_told(tmp_path: Path) -> None:
    crawl(tmp_path)
    holder = sqlite3.connect(database(tmp_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another process holds it"):
        open_ledger(tmp_path, rules=Rules(backoff=QUICK.backoff, busy_seconds=0.05))
    holder.close()
