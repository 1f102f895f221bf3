"""Real crawls with a ledger on a server: killed, cut off, and whole in the end."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.exceptions import ExitCode
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger.store.opening import opened
from tests.commands.test_ledger import scrapy
from tests.crawls import Desk, ended, hold, let_go, start, stopped, wait_for_requests
from tests.postgres import schema_of, wait_for_sessions
from tests.site import DemoSite, running, small
from tests.waiting import wait_until

FEED = 20


@pytest.fixture
def slow() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED)) as demo:
        hold(demo, after=6)
        yield demo


def test_a_killed_and_a_cut_off_crawl_lose_nothing(slow: DemoSite, tmp_path: Path, postgresql: str) -> None:
    address = schema_of(postgresql, "crawled")
    desk = Desk(tmp_path, settings={"ESPRESO_BACKOFF_SECONDS": "0", "ESPRESO_LEDGER": address})

    killed = desk.start(start(slow))
    wait_for_requests(slow, 6, killed)
    assert stopped(killed, signal.SIGKILL).exit_code == -signal.SIGKILL
    wait_for_sessions(address, 0)

    hold(slow, after=6)
    slow.control.clear_log()
    cut_off = desk.start(start(slow))
    wait_for_requests(slow, 6, cut_off)
    with closing(opened(address, busy_seconds=60)) as server:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'espreso_crawler'"
        server.rows(f"{others} AND pid <> pg_backend_pid()")
    wait_until(lambda: "the run ends here" in cut_off.log, "its word")  # it does not wait for the next page
    let_go(slow)
    told = ended(cut_off)
    assert told.exit_code == ExitCode.OUTPUT
    (line,) = [line for line in told.log.splitlines() if "CRITICAL" in line and "the run ends here" in line]
    assert "postgresql://espreso@/postgres: " in line
    assert "Traceback" not in told.log

    done = desk.crawl(start(slow))
    assert done.exit_code == 0, done.log
    newest = slow.site.newest
    expected = [str(slow.site.truth(number).entity_id) for number in range(newest - FEED + 1, newest + 1)]
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(expected)
    assert LedgerCare(address, output=tmp_path / "output", state=tmp_path / "state").reconcile().is_well()
    assert [run["reason"] for run in desk.runs()].count("killed") == 2

    copied = scrapy(desk, "ledger", "copy", address, f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert (copied.returncode, b"Copied and compared" in copied.stdout) == (0, True), copied.stderr
