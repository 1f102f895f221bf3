"""Signals, full disks, damaged ledgers and wrong clocks, met by real crawls: nothing lost, nothing doubled."""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from scrapy import Request
from scrapy.crawler import Crawler

from espreso_crawler import settings
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.reconcile import reconcile
from tests.commands.test_ledger import scrapy
from tests.crawls import (
    Desk,
    ended,
    hold,
    let_go,
    page_requests,
    start,
    stopped,
    told_to_stop,
    wait_for_requests,
)
from tests.disks import grow, small_disk
from tests.site import FEED, DemoSite, running, small
from tests.spiders.stops import CODES, stop
from tests.waiting import wait_until

# At any other moment Python may be where it drops what a signal raises.
LOADS_FOR_EVER = """
import sys
import time
from pathlib import Path

class Loading:
    def find_spec(self, name, path=None, target=None):
        if name == "espreso_crawler.commands.crawl":
            Path("{mark}").touch()
            time.sleep(600)

sys.meta_path.insert(0, Loading())
"""
STOPPED_SECONDS = 2
"""`make chaos` stops a crawl for a whole minute."""


@pytest.fixture
def slow() -> Iterator[DemoSite]:
    """Run a site that keeps its last articles back, so that a crawl can be interrupted."""
    with running(small(tape_entries=FEED)) as demo:
        hold(demo, after=FEED // 2)
        yield demo


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED)) as demo:
        yield demo


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk whose crawls take up at once what an earlier one had in hand when it died."""
    return Desk(tmp_path, settings={"ESPRESO_BACKOFF_SECONDS": "0"})


def assert_whole(demo: DemoSite, desk: Desk) -> None:
    """Crawl once more; then every article of the first feed is there once, and ledger and output agree."""
    let_go(demo)
    assert desk.crawl(start(demo)).exit_code == 0
    found = [record["entity_id"] for record in desk.records()]
    newest = demo.site.newest
    assert sorted(found) == sorted(
        str(demo.site.truth(number).entity_id) for number in range(newest - FEED + 1, newest + 1)
    )
    state = desk.home / "state"
    with inspected(state / "ledger.sqlite3", output=desk.home / "output", state=state) as session:
        assert reconcile(session).is_well()


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("begun", ["state/locks/2*.lock", "state/ledger.sqlite3"])
def test_a_crawl_that_is_stopped_while_it_starts_closes_its_run(
    slow: DemoSite, tmp_path: Path, number: signal.Signals, begun: str
) -> None:
    done = stop(slow, tmp_path, number, begun=begun)
    assert done.is_well, done
    assert done.runs, done


@pytest.mark.parametrize("number", CODES)
def test_a_crawl_that_is_stopped_before_it_has_begun_ends_by_the_signal(
    slow: DemoSite, tmp_path: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOADS_FOR_EVER.format(mark=tmp_path / "loading"), "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = stop(slow, tmp_path, number, begun="loading", is_new=True)
    assert done.is_well, done
    assert not done.runs, done


@pytest.mark.parametrize("monitors", ["1", "0"])
def test_a_crawl_that_grows_too_large_is_no_success(slow: DemoSite, desk: Desk, monitors: str) -> None:
    bounds = {"MEMUSAGE_LIMIT_MB": "20", "MEMUSAGE_CHECK_INTERVAL_SECONDS": "0.3", "ESPRESO_MONITORS": monitors}
    crawl = desk.start(start(slow), settings=bounds)
    wait_until(lambda: "Memory usage exceeded" in crawl.log or crawl.poll() is not None, "the bound")
    let_go(slow)
    done = ended(crawl)
    (run,) = desk.runs()
    assert done.exit_code == run["exit_code"] == (5 if monitors == "1" else 4), done.log
    assert run["reason"] == "memusage_exceeded"
    assert run["verdict"] == ("critical" if monitors == "1" else None)
    assert_whole(slow, desk)


def test_a_second_sigterm_ends_the_crawl_at_once_and_loses_nothing(slow: DemoSite, desk: Desk) -> None:
    process = desk.start(start(slow))
    wait_for_requests(slow, 8, process)
    told_to_stop(process, signal.SIGTERM)
    assert stopped(process, signal.SIGTERM).exit_code == 143, "though it has pages under way"
    assert_whole(slow, desk)


def test_a_stopped_crawl_keeps_what_it_has_and_ends_as_if_nothing_had_been(slow: DemoSite, desk: Desk) -> None:
    process = desk.start(start(slow))
    wait_for_requests(slow, 8, process)
    process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    assert desk.crawl(start(slow)).exit_code == 0, "another crawl is not held up"
    assert desk.records() == [], "what the stopped one leases is its own"
    time.sleep(max(0, STOPPED_SECONDS - (time.monotonic() - started)))
    let_go(slow)
    process.send_signal(signal.SIGCONT)
    assert ended(process).exit_code == 0
    assert_whole(slow, desk)


def test_two_crawls_at_once_fetch_each_article_once(slow: DemoSite, desk: Desk) -> None:
    both = [desk.start(start(slow)), desk.start(start(slow))]
    wait_until(lambda: page_requests(slow).count("/news") == len(both), "both crawls at work")
    let_go(slow)
    assert [ended(process).exit_code for process in both] == [0, 0]
    asked = [path for path in page_requests(slow) if "-" in path]
    assert len(asked) == len(set(asked)) == FEED
    assert_whole(slow, desk)


def test_a_full_disk_ends_the_crawl_with_code_4_and_loses_nothing(demo: DemoSite, desk: Desk) -> None:
    with small_disk(desk.home, "600k"):
        done = desk.crawl(start(demo))
        assert done.exit_code == 4, done.log
        assert "full" in done.log or "No space left" in done.log
        assert "Traceback" not in done.log, done.log
        written = {record["url"] for record in desk.records()}
        grow(desk.home, "50m")
        assert_whole(demo, desk)
        assert written <= {record["url"] for record in desk.records()}


def test_a_damaged_ledger_is_refused_in_a_line_and_left_alone(demo: DemoSite, desk: Desk) -> None:
    assert desk.crawl(start(demo), "limit=1").exit_code == 0
    file = desk.home / "state" / "ledger.sqlite3"
    file.write_bytes(damaged := file.read_bytes()[:100] + os.urandom(50_000))
    demo.control.clear_log()
    done = desk.crawl(start(demo))
    assert done.exit_code == 4
    assert done.log.splitlines()[-1].startswith(f"scrapy crawl: {file}: ")
    assert (file.read_bytes(), demo.control.log()) == (damaged, [])


def test_an_output_folder_that_was_removed_is_written_again_after_reconcile(demo: DemoSite, desk: Desk) -> None:
    desk.crawl(start(demo))
    shutil.rmtree(desk.home / "output")
    scrapy(desk, "ledger", "reconcile", "--fix")
    assert_whole(demo, desk)
    assert {record["revision"] for record in desk.records()} == {1}


def test_a_clock_that_was_set_back_changes_neither_order_nor_completeness(demo: DemoSite, desk: Desk) -> None:
    desk.now = demo.site.clock.now()
    desk.crawl(start(demo), "limit=10")
    desk.now -= timedelta(days=2)
    assert_whole(demo, desk)
    numbers = [int(path.name.partition("-")[0]) for path in desk.files()]
    assert numbers == list(range(1, len(numbers) + 1))


class EndsBeforeTheFifth:
    """Downloader middleware that stops the crawl while the fifth article's request is on its way."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler, self.seen = crawler, 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        self.seen += "lease" in request.cb_kwargs
        if self.seen == 5:
            self.stopping = asyncio.ensure_future(self.crawler.stop_async())
            await asyncio.sleep(0.1)


def test_what_a_stopped_crawl_did_not_send_is_due_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    middlewares = {**settings.DOWNLOADER_MIDDLEWARES, f"{__name__}.EndsBeforeTheFifth": 60}
    with running(small()) as demo:
        assert desk.crawl(start(demo), settings={"DOWNLOADER_MIDDLEWARES": json.dumps(middlewares)}).exit_code == 0
        assert len(desk.records()) < FEED
        assert desk.crawl(start(demo)).exit_code == 0
    assert len(desk.records()) == FEED
