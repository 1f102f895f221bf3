"""The sitemap spider against the demo site: what it takes, what it leaves alone, and that an interruption costs nothing."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from espreso_crawler.demo_site import DemoSite, Fault, SiteOptions, running
from espreso_crawler.spiders.backlog import BATCH
from tests.crawls import PAGE, Desk, page_requests, stopped, wait_for_requests

SMALL = SiteOptions(page_bytes=PAGE, per_day=12, first_day=date(2026, 2, 10))
SOURCES = ["/sitemap.xml", "/sitemap_news_1.xml", "/sitemapnews/1"]


@pytest.fixture
def small() -> Iterator[DemoSite]:
    with running(SMALL) as site:
        yield site


def start(demo: DemoSite) -> str:
    return f"start={demo.url}/sitemap.xml"


def ids(demo: DemoSite, since: datetime) -> list[str]:
    numbers = demo.site.numbers(since, demo.site.clock.now())
    return sorted(str(demo.site.truth(number).entity_id) for number in numbers)


def emitted(desk: Desk) -> list[str]:
    return sorted(record["entity_id"] for record in desk.records())


def test_since_takes_exactly_that_span_and_a_wider_one_the_rest(small: DemoSite, desk: Desk) -> None:
    small.control.update(3, "text")  # changed today, published three weeks ago
    # From a midnight on: last changes are days, so of the first day all are looked at.
    since = small.site.clock.now().replace(hour=0) - timedelta(days=5)
    assert desk.crawl(start(small), f"since={since.isoformat()}", spider="sitemap").exit_code == 0
    assert emitted(desk) == ids(small, since)
    asked = page_requests(small)
    assert asked[:1] == SOURCES[:1] and sorted(asked[:3]) == SOURCES
    assert len(asked) <= 1.1 * len(desk.records()) + len(SOURCES)
    assert desk.runs()[-1]["counts"]["entry"]["set_aside"] >= 1
    assert all(record["feed"] is None for record in desk.records())

    assert (
        desk.crawl(start(small), f"since={small.site.timeline.published(1).isoformat()}", spider="sitemap").exit_code
        == 0
    )
    assert emitted(desk) == ids(small, small.site.timeline.published(1))

    small.control.clear_log()
    assert desk.crawl(start(small), spider="sitemap").exit_code == 0
    assert sorted(page_requests(small)) == SOURCES
    assert emitted(desk) == ids(small, small.site.timeline.published(1))


def test_a_killed_and_a_limited_run_lose_nothing(desk: Desk) -> None:
    desk.settings = {"ESPRESO_BACKOFF_SECONDS": "0"}  # the page in hand at the kill must not wait
    with running(replace(SMALL, latency=0.05)) as demo:
        process = desk.start(start(demo), spider="sitemap")
        wait_for_requests(demo, 30, process)
        stopped(process, signal.SIGKILL)
        ledger = sqlite3.connect(desk.home / "state" / "ledger.sqlite3")
        (leased,) = ledger.execute("SELECT count(*) FROM entries WHERE state = 'leased'").fetchone()
        ledger.close()
        assert leased <= BATCH
        demo.control.clear_log()
        assert desk.crawl(start(demo), "limit=20", spider="sitemap").exit_code == 0
        assert len(page_requests(demo)) == 20 + len(SOURCES)
        assert desk.crawl(start(demo), spider="sitemap").exit_code == 0
        assert emitted(desk) == ids(demo, demo.site.timeline.published(1))
        assert Counter(record["id"] for record in desk.records()).most_common(1)[0][1] == 1


def test_a_later_last_change_is_looked_at_and_no_other(small: DemoSite, desk: Desk) -> None:
    desk.now = small.site.clock.now()
    desk.settings = {"ESPRESO_RECHECK": "0"}
    desk.crawl(start(small), spider="sitemap")
    for _ in range(2):
        small.control.advance(24 * 60)
        desk.now += timedelta(days=1)
    small.control.update(5, "text")
    new = ids(small, SMALL.now + timedelta(minutes=1))
    small.control.clear_log()
    desk.crawl(start(small), spider="sitemap")
    (revised,) = (record for record in desk.records() if record["event"] == "revised")
    assert revised["entity_id"] == str(small.site.truth(5).entity_id)
    aliases = sum(
        bool(small.site.truth(number).alias_url)
        for number in range(small.site.newest - len(new), small.site.newest + 1)
    )
    assert len(page_requests(small)) <= len(SOURCES) + 1 + len(new) + aliases


def test_a_sitemap_that_is_a_page_is_exit_code_3_and_the_others_are_read(small: DemoSite, desk: Desk) -> None:
    small.control.set_faults(Fault("error_page", path="/sitemap_news_1.xml"))
    done = desk.crawl(start(small), "limit=3", spider="sitemap")
    assert done.exit_code == 3
    assert f"{small.url}/sitemap_news_1.xml: an HTML page where a list in XML should be" in done.log
    assert len(desk.records()) == 3
