"""Bad weather and bad actors: each ends in a refusal on record, bounded in time and memory; the rest is read."""

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.crawls import ROOT, Desk, page_requests, start
from tests.forked import Finished
from tests.site import DemoSite, Fault, running, small

MEGABYTE = 1_000_000
FEED = 24
# Fault, and what the ledger has to say of the entry afterwards: its state, and a part of the reason.
WEATHER = [
    (Fault("redirect", location="http://127.0.0.9:9/elsewhere"), "pending", "no host of this crawl"),
    (Fault("redirect", location="http://10.0.0.1/"), "pending", "no host of this crawl"),
    (Fault("redirect", location="http://localhost:1/"), "pending", "no host of this crawl"),
    (Fault("redirect", location="file:///etc/passwd"), "pending", ""),
    (Fault("redirect", location="data:text/html,x"), "pending", ""),
    (Fault("redirect_loop"), "pending", "max redirections reached"),
    (Fault("gzip_bomb"), "pending", ""),
    (Fault("flood", size=100 * MEGABYTE), "pending", "DownloadCancelledError"),
    (Fault("header_flood", size=300 * MEGABYTE), "pending", "headers have more than"),
    (Fault("nonsense", size=9 * MEGABYTE), "pending", "more than"),
    (Fault("trick", trick="attributes"), "pending", "attributes"),
    (Fault("trick", trick="long_feed"), "pending", "bytes, more than"),
    (Fault("trick", trick="deep"), "pending", "nests deeper"),
    (Fault("trick", trick="surrogates"), "emitted", ""),
    (Fault("trick", trick="links"), "emitted", ""),
    (Fault("trick", trick="traversal"), "emitted", ""),
    (Fault("trick", trick="other_year"), "quarantined", "contradict each other"),
]


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED)) as site:
        yield site


def entries(desk: Desk) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(desk.home / "state" / "ledger.sqlite3") as ledger:
        rows = ledger.execute("SELECT url, state, coalesce(error, '') FROM entries").fetchall()
    return {url: (state, error) for url, state, error in rows}


def crawl_measured(desk: Desk, *arguments: str, settings: dict[str, str]) -> tuple[Finished, int]:
    """Return what a crawl said, and the MB it took at most: in a process that shares no memory with others."""
    command = ["tests.measured" if part == "scrapy" else part for part in desk.command(arguments, settings, ())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=desk.patience, check=False)
    log = done.stderr.decode()
    peak = re.search(r"peak (\d+) MB", log)
    assert peak, log
    return Finished(done.returncode, log, done.stdout), int(peak[1])


def test_each_attack_on_an_article_ends_in_a_refusal_and_the_others_are_read(demo: DemoSite, desk: Desk):
    newest = demo.site.newest
    victims = {demo.site.truth(newest - n, demo.url).url: each for n, each in enumerate(WEATHER)}
    demo.control.set_faults(
        *(replace(fault, path=url.removeprefix(demo.url)) for url, (fault, _, _) in victims.items())
    )
    once = {"RETRY_TIMES": "0", "ESPRESO_CIRCUIT_FAILURES": "0"}
    done, peak = crawl_measured(desk, start(demo), settings=once)
    assert done.exit_code == 0, done.log
    assert "Traceback" not in done.log, done.log
    known = entries(desk)
    wrong = {
        url: (fault, known[url])
        for url, (fault, state, reason) in victims.items()
        if known[url][0] != state or reason not in known[url][1]
    }
    assert wrong == {}
    emitted = sum(state == "emitted" for _, state, _ in WEATHER)
    assert len(desk.records()) == FEED - len(WEATHER) + emitted
    assert all(record["id"].startswith("127.0.0.1:") and ".." not in record["id"] for record in desk.records())
    assert all(visit.host.startswith("127.0.0.1:") for visit in demo.control.log())
    assert not any("Injected" in visit.target or "%01" in visit.target for visit in demo.control.log())
    assert peak < 400


def test_pages_that_list_nothing_but_themselves_are_asked_for_once(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("trick", "/news?page=*", trick="itself"), Fault("trick", "/*-*", trick="itself"))
    desk.now = demo.site.clock.now()
    assert desk.crawl(start(demo), "since=4d").exit_code == 0
    articles = [record["url"].removeprefix(demo.url) for record in desk.records()]
    assert len(articles) == FEED
    assert sorted(page_requests(demo)) == sorted(["/news", "/news?page=2", *articles])
    (finding,) = (finding for finding in desk.runs()[-1]["findings"] if finding["name"] == "gaps")
    assert finding["level"] == "warning", "that the archive leads nowhere is no end of it"
    demo.control.clear_log()
    assert desk.crawl(start(demo), "since=4d").exit_code == 0
    assert page_requests(demo) == ["/news", "/news?page=2"]
    demo.control.set_faults()
    assert desk.crawl(start(demo), "since=4d").exit_code == 0
    assert len(desk.records()) == len(demo.control.published(since=desk.now - timedelta(days=4)))


def test_a_start_page_that_lists_nothing_but_itself_is_exit_code_3(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("trick", "/news*", trick="itself"))
    done = desk.crawl(start(demo), "since=4d")
    assert (done.exit_code, page_requests(demo)) == (3, ["/news"])
    assert "its news feed leads to nothing but itself" in done.log


def test_a_start_page_that_is_an_attack_is_exit_code_3(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("trick", path="/news", trick="long_feed"))
    done = desk.crawl(start(demo))
    assert done.exit_code == 3
    assert "more than 1500000" in done.log
