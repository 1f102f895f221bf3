"""Real crawls with a ledger on a server: killed, cut off, and whole in the end."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.exceptions import ExitCode
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger.store.opening import opened
from tests.commands.test_ledger import scrapy
from tests.crawls import LONGEST_CRAWL, PAGE, Desk, start, stopped, wait_for_requests
from tests.postgres import schema_of
from tests.site import DemoSite, SiteOptions, running

FEED = 20


@pytest.fixture
def slow() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE, tape_entries=FEED, latency=0.1)) as demo:
        yield demo


def test_a_killed_and_a_cut_off_crawl_lose_nothing(slow: DemoSite, tmp_path: Path, postgresql: str) -> None:
    address = schema_of(postgresql, "crawled")
    desk = Desk(tmp_path, settings={"ESPRESO_BACKOFF_SECONDS": "0", "ESPRESO_LEDGER": address})

    killed = desk.start(start(slow))
    wait_for_requests(slow, 6, killed)
    assert stopped(killed, signal.SIGKILL).exit_code == -signal.SIGKILL

    cut_off = desk.start(start(slow))
    wait_for_requests(slow, 14, cut_off)
    with closing(opened(address, busy_seconds=10)) as server:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'espreso_crawler'"
        server.rows(f"{others} AND pid <> pg_backend_pid()")
    began = time.monotonic()
    _, told = cut_off.communicate(timeout=LONGEST_CRAWL)
    assert cut_off.returncode == ExitCode.OUTPUT
    assert time.monotonic() - began < 10
    (line,) = [line for line in told.decode().splitlines() if "CRITICAL" in line and "the run ends here" in line]
    assert "postgresql://espreso@/postgres: " in line
    assert b"Traceback" not in told

    done = desk.crawl(start(slow))
    assert done.exit_code == 0, done.log
    newest = slow.site.newest
    expected = [str(slow.site.truth(number).entity_id) for number in range(newest - FEED + 1, newest + 1)]
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(expected)
    assert LedgerCare(address, output=tmp_path / "output", state=tmp_path / "state").reconcile().is_well()
    assert [run["reason"] for run in desk.runs()].count("killed") == 2

    copied = scrapy(desk, "ledger", "copy", address, f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert (copied.returncode, b"Copied and compared" in copied.stdout) == (0, True), copied.stderr
