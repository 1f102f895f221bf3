"""Several editions in one crawl: which hosts and addresses, and that one edition's trouble is not the others'."""

from collections.abc import Iterator

import pytest

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.spiders.arguments import CrawlArguments
from tests.crawls import Desk, page_requests
from tests.site import DemoSite, Fault, running, small

FEED = 40
"""As long as the real one: from so many entries on, a redesign ends a crawl."""
HOSTS = {"global": "global.espreso.tv", "ua": "espreso.tv", "zahid": "zahid.espreso.tv", "bc": "bc.espreso.tv"}


def test_all_editions_have_their_own_hosts_and_starts() -> None:
    arguments = CrawlArguments.parse({"edition": "all"})
    assert arguments.hosts == set(HOSTS.values())
    for path in ("/news", "/rss", "/sitemap.xml"):
        assert arguments.starts(path) == tuple(f"https://{host}{path}" for host in HOSTS.values())


@pytest.mark.parametrize("edition", HOSTS)
def test_one_edition_stays_on_its_host(edition: str) -> None:
    arguments = CrawlArguments.parse({"edition": edition})
    assert arguments.hosts == {HOSTS[edition]}
    assert arguments.starts("/rss") == (f"https://{HOSTS[edition]}/rss",)


def test_without_edition_and_start_it_is_the_global_one() -> None:
    assert CrawlArguments.parse({}).starts("/news") == ("https://global.espreso.tv/news",)


def test_starts_of_ones_own_stay_on_their_hosts_and_an_edition_adds_its_own() -> None:
    start = "https://espreso.tv/a,http://127.0.0.1:8000/news"
    assert CrawlArguments.parse({"start": start}).hosts == {"espreso.tv", "127.0.0.1:8000"}
    assert CrawlArguments.parse({"start": start, "edition": "bc"}).hosts == {
        "espreso.tv",
        "127.0.0.1:8000",
        "bc.espreso.tv",
    }


def test_only_read_also_has_a_browser() -> None:
    with pytest.raises(
        ArgumentError, match="unknown argument 'browser': give one of since, until, limit, start, edition"
    ):
        CrawlArguments.parse({"browser": "never"})


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED, listing_entries=FEED)) as site:
        yield site


def test_two_editions_in_one_crawl_have_a_coverage_each_and_fail_alone(demo: DemoSite, desk: Desk) -> None:
    with running(small(language="uk", tape_entries=FEED, listing_entries=FEED), host="127.0.0.2") as other:
        starts = f"start={demo.url}/news,{other.url}/news"
        assert desk.crawl(starts).exit_code == 0
        assert len(desk.records()) == 2 * FEED
        assert {record["in_language"] for record in desk.records()} == {"en", "uk"}

        other.control.set_faults(Fault("status", path="/news", status=404))
        before = demo.site.newest
        new = demo.control.publish(2)["newest"] - before
        done = desk.crawl(starts)
        assert done.exit_code == 3
        assert f"Start page {other.url}/news: HTTP 404" in done.log
        assert len(desk.records()) == 2 * FEED + new

        other.control.set_faults(Fault("delay", path="/news", seconds=1))
        demo.control.set_layout("renamed")
        before, new = len(desk.records()), -other.site.newest + other.control.publish(2)["newest"]
        done = desk.crawl(starts)
        assert done.exit_code == 5
        assert len(desk.records()) == before + new, "a redesign of the one ends no crawl before the other was asked"

        demo.control.set_layout("plain")
        other.control.set_faults()
        other.control.publish(60)  # more than the feed shows: what lies between is a gap of that edition alone
        assert desk.crawl(starts, "limit=1").exit_code == 0
        assert [gap["host"] for gap in desk.runs()[-1]["gaps"]] == [other.url.removeprefix("http://")]


def test_two_editions_with_the_same_words_in_their_feeds_are_walked_alike(demo: DemoSite, desk: Desk) -> None:
    with running(demo.site.options, host="127.0.0.2") as other:
        desk.now = demo.site.clock.now()
        assert desk.crawl(f"start={demo.url}/news,{other.url}/news", "since=4d").exit_code == 0
        pages = [{place for place in page_requests(site) if "page=" in place} for site in (demo, other)]
    assert pages[0] == pages[1] == {f"/news?page={number}" for number in range(2, len(pages[0]) + 2)}
    assert len(pages[0]) > 3
