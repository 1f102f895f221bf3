"""Hosts that are slow, busy or gone: what the server's own log says of how they are treated."""

import json
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest
from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from espreso_crawler.settings import DOWNLOADER_MIDDLEWARES, EXTENSIONS
from tests.crawls import Desk, page_requests, start, stopped
from tests.site import Control, DemoSite, Fault, running, small
from tests.waiting import wait_until

FEED = 40
LATENCY = 0.05
REST = 3
# A stopped crawl that waited for this rest to end would be noticed on a machine of any speed.
LONG_REST = 50
LOOK_NEVER = 3600.0


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED)) as site:
        yield site


def visits_at(control: Control) -> list[tuple[float, int]]:
    return [(visit.seconds, visit.status) for visit in control.log()]


def times_of(control: Control, status: int) -> list[float]:
    return [seconds for seconds, answered in visits_at(control) if answered == status]


def pending(desk: Desk) -> list[tuple[int, int]]:
    """Return attempts and seconds to wait of every pending entry."""
    with sqlite3.connect(desk.home / "state" / "ledger.sqlite3") as ledger:
        rows = ledger.execute("SELECT attempts, next_attempt FROM entries WHERE state = 'pending'").fetchall()
    return [(attempts, next_attempt - int(time.time())) for attempts, next_attempt in rows]


@pytest.mark.parametrize("at_once", [1, 8])
def test_a_host_that_asks_for_rest_gets_it_and_the_other_is_not_slowed(at_once: int, desk: Desk):
    options = small(latency=LATENCY, tape_entries=FEED)
    with running(options) as busy, running(options, host="127.0.0.2") as other:
        busy.control.set_faults(
            Fault("status", after=6, times=1, status=429, retry_after=REST),
            Fault("status", after=14, times=1, status=503, retry_after=REST, is_date=True),
        )
        settings = {"CONCURRENT_REQUESTS": str(at_once)}
        done = desk.crawl(f"start={busy.url}/news,{other.url}/news", settings=settings)
        assert done.exit_code == 0, done.log
        (too_many,), (unavailable,) = times_of(busy.control, 429), times_of(busy.control, 503)
        for refused in (too_many, unavailable):
            # The site counts the rest from the request on: a date is written before the answer is held back.
            # What was on its way while the answer was too may still arrive.
            early = [at for at, _ in visits_at(busy.control) if refused < at < refused + REST]
            assert len(early) < at_once
        assert unavailable >= too_many + REST
        # Each site's clock counts from its own start.
        apart = other.control.state()["started"] - busy.control.state()["started"]
        undisturbed = [at + apart for at, _ in visits_at(other.control)]
        assert sum(too_many < at < too_many + REST for at in undisturbed) > 10
        assert len(undisturbed) == FEED + 3  # robots.txt, what is reserved, the start page, the articles
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 2 * FEED
    assert desk.runs()[-1]["stats"]["espreso/host/pauses"] == 2


def test_a_signal_ends_a_pause_at_once_and_loses_nothing(desk: Desk):
    with running(small(latency=LATENCY, tape_entries=FEED)) as demo:
        demo.control.set_faults(Fault("status", after=12, times=1, status=429, retry_after=LONG_REST))
        process = desk.start(start(demo))
        wait_until(lambda: "a pause of" in process.log, "the pause")
        asked = time.monotonic()
        done = stopped(process, signal.SIGTERM)
        assert time.monotonic() - asked < LONG_REST / 2
        assert done.exit_code == 143, done.log
        demo.control.set_faults()
        desk.crawl(start(demo))
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == FEED


def test_a_signal_ends_the_wait_for_robots_txt_too(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("status", path="/robots.txt", status=503, retry_after=LONG_REST))
    process = desk.start(start(demo))
    wait_until(lambda: "a pause of" in process.log, "the pause")
    asked = time.monotonic()
    assert stopped(process, signal.SIGTERM).exit_code == 143
    assert time.monotonic() - asked < LONG_REST / 2


def test_a_rest_longer_than_the_run_is_left_to_later_runs(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("status", after=12, status=429, retry_after=3600))
    done = desk.crawl(start(demo))
    assert (done.exit_code, desk.runs()[-1]["reason"]) == (3, "circuit_open")
    assert "asks to be left alone for 3600 s" in done.log
    waiting = pending(desk)
    assert len(waiting) == FEED - len(desk.records())
    assert {attempts for attempts, _ in waiting} == {0}
    assert all(seconds > 3500 for _, seconds in waiting)
    demo.control.set_faults()
    demo.control.clear_log()
    again = desk.crawl(start(demo))
    assert again.exit_code == 3
    assert "left alone until" in again.log
    assert demo.control.log() == []


def test_the_circuit_opens_when_a_host_keeps_failing(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("status", after=12, status=500))
    done = desk.crawl(start(demo))
    assert (done.exit_code, desk.runs()[-1]["reason"]) == (3, "circuit_open")
    assert "5 addresses failed in a row, the last one with HTTP 500" in done.log
    assert len(times_of(demo.control, 500)) <= 3 + 5 * 3  # under way when it began, then one at a time, thrice each
    assert len(desk.records()) + len(pending(desk)) == FEED


class Impatient:
    """Downloader middleware that gives pages half a second, and robots.txt all the time that it needs."""

    async def process_request(self, request: Request) -> None:
        if not request.url.endswith("/robots.txt"):
            request.meta["download_timeout"] = 0.5


def test_an_outage_ends_no_entry_as_failed(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo), "limit=30")
    demo.control.set_faults(Fault("hang", path="/[!r]*"))
    demo.control.clear_log()
    silent = {"RETRY_TIMES": "0", "ESPRESO_MAX_ATTEMPTS": "1"}
    silent["DOWNLOADER_MIDDLEWARES"] = json.dumps({**DOWNLOADER_MIDDLEWARES, f"{__name__}.Impatient": 60})
    silent["ESPRESO_CIRCUIT_FAILURES"] = "3"  # of the eleven addresses, most fail at the same time
    done = desk.crawl(start(demo), settings=silent)
    assert (done.exit_code, desk.runs()[-1]["reason"]) == (3, "circuit_open")
    assert "the last one with DownloadTimeoutError" in done.log
    # Those under way, those that took their places, and those that looked whether it is well again.
    assert len(page_requests(demo)) <= 4 + 4 + 5
    assert [attempts for attempts, _ in pending(desk)] == [0] * 10
    demo.control.set_faults()
    demo.control.clear_log()
    other = desk.crawl(start(demo))
    assert other.exit_code == 3
    assert re.search(r"left alone until \S+: 3 addresses failed in a row", other.log), "no run finds out for itself"
    assert demo.control.log() == []
    desk.now = datetime.now(UTC) + timedelta(minutes=5)
    assert desk.crawl(start(demo)).exit_code == 0
    assert len(desk.records()) == FEED


class LooksNever:
    """Extension by which the engine does not look around, as it does each five seconds: a pause has to end by itself."""

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        ExecutionEngine._SLOT_HEARTBEAT_INTERVAL = LOOK_NEVER
        return cls()


def test_pauses_take_no_longer_than_they_are(demo: DemoSite, desk: Desk):
    paths = [demo.site.truth(demo.site.newest - place).url for place in range(0, FEED, 3)]
    demo.control.set_faults(*(Fault("status", path=path, status=503) for path in paths))
    once = {"RETRY_TIMES": "0", "ESPRESO_CIRCUIT_FAILURES": "0"}
    once["EXTENSIONS"] = json.dumps({**EXTENSIONS, f"{__name__}.LooksNever": 500})
    assert desk.crawl(start(demo), settings=once).exit_code == 0, "a pause that nobody ends would be for ever"
    stats = desk.runs()[-1]["stats"]
    assert stats["espreso/host/pauses"] >= 5


def test_one_page_that_always_fails_does_not_stop_the_crawl(demo: DemoSite, desk: Desk):
    victim = demo.site.truth(demo.site.newest - 5, demo.url).url
    demo.control.set_faults(Fault("status", path=victim.removeprefix(demo.url), status=500))
    done = desk.crawl(start(demo))
    assert (done.exit_code, len(desk.records())) == (0, 39)
    assert [attempts for attempts, _ in pending(desk)] == [1]
    assert [line for line in done.log.splitlines() if f"{victim}: HTTP 500" in line]


def test_challenges_among_good_pages_make_exit_code_3(demo: DemoSite, desk: Desk):
    paths = [demo.site.truth(demo.site.newest - place, demo.url).url.removeprefix(demo.url) for place in (3, 13, 23)]
    demo.control.set_faults(*(Fault("challenge", path=path, status=403) for path in paths))
    assert desk.crawl(start(demo)).exit_code == 3
    assert (desk.runs()[-1]["verdict"], len(desk.records())) == ("critical", 37)


@pytest.mark.parametrize("status", [503, 200])
def test_challenge_pages_are_counted_and_are_no_articles(status: int, demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("challenge", after=12, status=status))
    done = desk.crawl(start(demo))
    assert done.exit_code == 3
    assert f"a challenge page (HTTP {status})" in done.log
    assert desk.runs()[-1]["stats"]["espreso/host/challenges"] >= 5
    assert len(desk.records()) + len(pending(desk)) == FEED
    assert {attempts for attempts, _ in pending(desk)} == {0}
