"""The sitemap spider against the demo site: what it takes, what it leaves alone, and that an interruption costs nothing."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from espreso_crawler.spiders.backlog import BATCH
from tests.crawls import Desk, hold, let_go, page_requests, stopped, wait_for_requests
from tests.site import DemoSite, Fault, running, small

SMALL = small(per_day=12, first_day=date(2026, 1, 20))
# The first articles of a site have no others to refer to, and a monitor wonders at that: the tests stay clear of them.
SINCE = SMALL.now.replace(hour=0) - timedelta(days=12)
SOURCES = ["/sitemap.xml", "/sitemap_news_1.xml", "/sitemapnews/1"]


@pytest.fixture
def archive() -> Iterator[DemoSite]:
    with running(SMALL) as site:
        yield site


def start(demo: DemoSite) -> str:
    return f"start={demo.url}/sitemap.xml"


def ids(demo: DemoSite, since: datetime) -> list[str]:
    numbers = demo.site.numbers(since, demo.site.clock.now())
    return sorted(str(demo.site.truth(number).entity_id) for number in numbers)


def emitted(desk: Desk) -> list[str]:
    return sorted(record["entity_id"] for record in desk.records())


def test_since_takes_exactly_that_span_and_a_wider_one_the_rest(archive: DemoSite, desk: Desk) -> None:
    archive.control.update(archive.site.newest - 200, "text")  # changed today, published weeks ago
    # From a midnight on: last changes are days, so of the first day all are looked at.
    since = SINCE + timedelta(days=7)
    assert desk.crawl(start(archive), f"since={since.isoformat()}", spider="sitemap").exit_code == 0
    assert emitted(desk) == ids(archive, since)
    asked = page_requests(archive)
    assert asked[:1] == SOURCES[:1] and sorted(asked[:3]) == SOURCES
    assert len(asked) <= 1.1 * len(desk.records()) + len(SOURCES)
    assert desk.runs()[-1]["counts"]["entry"]["set_aside"] >= 1
    assert all(record["feed"] is None for record in desk.records())

    assert desk.crawl(start(archive), f"since={SINCE.isoformat()}", spider="sitemap").exit_code == 0
    assert emitted(desk) == ids(archive, SINCE)

    archive.control.clear_log()
    assert desk.crawl(start(archive), f"since={SINCE.isoformat()}", spider="sitemap").exit_code == 0
    assert sorted(page_requests(archive)) == SOURCES
    assert emitted(desk) == ids(archive, SINCE)


def test_a_killed_and_a_limited_run_lose_nothing(desk: Desk) -> None:
    desk.settings = {"ESPRESO_BACKOFF_SECONDS": "0"}  # the page in hand at the kill must not wait
    with running(SMALL) as demo:
        span = f"since={SINCE.isoformat()}"
        hold(demo, after=26)
        process = desk.start(start(demo), span, spider="sitemap")
        wait_for_requests(demo, 30, process)
        assert stopped(process, signal.SIGKILL).exit_code == -signal.SIGKILL
        let_go(demo)
        ledger = sqlite3.connect(desk.home / "state" / "ledger.sqlite3")
        (leased,) = ledger.execute("SELECT count(*) FROM entries WHERE state = 'leased'").fetchone()
        ledger.close()
        assert leased <= BATCH
        demo.control.clear_log()
        assert desk.crawl(start(demo), span, "limit=20", spider="sitemap").exit_code == 0
        assert len(page_requests(demo)) == 20 + len(SOURCES)
        assert desk.crawl(start(demo), span, spider="sitemap").exit_code == 0
        assert emitted(desk) == ids(demo, SINCE)
        assert Counter(record["id"] for record in desk.records()).most_common(1)[0][1] == 1


def test_a_later_last_change_is_looked_at_and_no_other(archive: DemoSite, desk: Desk) -> None:
    desk.now, desk.settings = SMALL.now, {"ESPRESO_RECHECK": "0"}
    span = f"since={SINCE.isoformat()}"
    desk.crawl(start(archive), span, spider="sitemap")
    number = archive.site.newest - 60
    archive.control.advance(2 * 24 * 60)
    archive.control.update(number, "text")
    desk.now = archive.site.clock.now()
    archive.control.clear_log()
    desk.crawl(start(archive), span, spider="sitemap")
    (revised,) = (record for record in desk.records() if record["event"] == "revised")
    assert revised["entity_id"] == str(archive.site.truth(number).entity_id)
    new = [archive.site.truth(n) for n in archive.site.numbers(SMALL.now + timedelta(minutes=1), desk.now)]
    assert len(page_requests(archive)) == len(SOURCES) + 1 + len(new) + sum(bool(truth.alias_url) for truth in new)


def test_a_sitemap_that_is_a_page_is_exit_code_3_and_the_others_are_read(archive: DemoSite, desk: Desk) -> None:
    archive.control.set_faults(Fault("error_page", path="/sitemap_news_1.xml"))
    done = desk.crawl(start(archive), "limit=3", spider="sitemap")
    assert done.exit_code == 3
    assert f"{archive.url}/sitemap_news_1.xml: an HTML page where a list in XML should be" in done.log
    assert len(desk.records()) == 3
