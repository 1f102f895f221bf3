"""What a link is: an article or not, here or elsewhere, and under how many addresses."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.crawls import Desk, page_requests, start
from tests.site import FEED, DemoSite, Site, running, small

ELSEWHERE = "https://elsewhere.example/video"
SITE = Site(small())
KNOWN = SITE.brief(SITE.newest - 3)  # in the feed
OLD = SITE.brief(SITE.newest - 900)  # in the feed by its old address alone
REPRINT = next(brief for number in range(SITE.newest - 200, 0, -1) if (brief := SITE.brief(number)).reprint_of)
NO_ARTICLES = tuple(
    f"/{link.slug}" for link in (SITE.words.rubrics[0], SITE.words.tags[0], SITE.words.authors[0], SITE.words.menu[1])
)
STRAYS = (
    *NO_ARTICLES,
    ELSEWHERE,
    "http://127.0.0.2:9/another-edition",
    f"/{KNOWN.slug}?amp",
    f"/{KNOWN.slug}/?utm_source=feed",
    f"/{KNOWN.old_path}",
    f"/{OLD.old_path}",
    f"/{REPRINT.slug}",
)


@pytest.fixture
def stray() -> Iterator[DemoSite]:
    with running(small(strays=STRAYS)) as site:
        yield site


def test_every_kind_of_link_ends_as_what_it_is_and_costs_one_request_at_most(stray: DemoSite, desk: Desk) -> None:
    assert desk.crawl(start(stray)).exit_code == 0
    asked = Counter(page_requests(stray))
    assert set(asked.values()) == {1}
    assert len(asked) == 1 + FEED + len(NO_ARTICLES) + 3  # the feed, its articles, two old addresses and the reprint
    run = desk.runs()[-1]
    ends = run["counts"]["entry"]
    again = ends.pop("duplicate", 0) + ends.pop("unchanged", 0)  # which, depends on the address that was fetched first
    assert again == 1
    assert ends == {"emitted": FEED + 2, "not_article": len(NO_ARTICLES), "offsite": 2}
    assert run["stats"]["espreso/feed/offsite"] == 2
    records = {record["entity_id"]: record for record in desk.records()}
    assert len(records) == len(desk.records()) == FEED + 2
    for brief in (KNOWN, OLD, REPRINT):
        assert records[str(brief.entity_id)]["url"] == f"{stray.url}/{brief.slug}"

    stray.control.clear_log()
    assert desk.crawl(start(stray)).exit_code == 0
    assert page_requests(stray) == ["/news"]
    assert len(desk.records()) == FEED + 2


def test_a_tag_page_that_moves_in_the_feed_is_looked_at_once_more(desk: Desk) -> None:
    with running(small(strays=NO_ARTICLES[:1])) as demo:
        desk.crawl(start(demo))
        demo.control.publish(1)  # the newest time in the feed, under which the stray stands, is another one
        demo.control.clear_log()
        desk.crawl(start(demo))
        assert Counter(page_requests(demo))[NO_ARTICLES[0]] == 1
    assert desk.runs()[-1]["counts"]["entry"]["not_article"] == 1


def test_what_one_crawl_leaves_to_another_host_the_other_hosts_crawl_takes(desk: Desk) -> None:
    with running(small(language="uk"), host="127.0.0.2") as other:
        old = other.site.truth(other.site.newest - 500, other.url)
        with running(small(strays=(old.url,))) as demo:
            desk.crawl(start(demo))
            assert other.control.log() == []
        assert desk.crawl(start(other)).exit_code == 0
    assert old.url in {record["url"] for record in desk.records()}


def test_a_gzipped_sitemap_leaves_other_hosts_alone_too(stray: DemoSite, desk: Desk) -> None:
    done = desk.crawl(f"start={stray.url}/sitemap_news_1.xml.gz", "limit=12", spider="sitemap")
    assert done.exit_code == 0
    assert desk.runs()[-1]["stats"]["espreso/list/offsite"] == 2
    assert ELSEWHERE not in done.log
