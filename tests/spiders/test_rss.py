"""The RSS spider against the demo site: the cheapest poll."""

from tests.crawls import Desk, page_requests
from tests.site import FEED, DemoSite, Fault


def start(demo: DemoSite) -> str:
    return f"start={demo.url}/rss"


def test_a_poll_takes_what_is_new_and_an_idle_one_asks_twice(demo: DemoSite, desk: Desk) -> None:
    assert desk.crawl(start(demo), spider="rss").exit_code == 0
    newest = demo.site.newest
    truths = {truth.url: truth for truth in (demo.site.truth(newest - place, demo.url) for place in range(FEED))}
    assert {record["url"] for record in desk.records()} == truths.keys()
    for record in desk.records():
        assert record["headline"] == truths[record["url"]].headline
        assert record["date_published"] == truths[record["url"]].date_published.isoformat()

    demo.control.clear_log()
    assert desk.crawl(start(demo), spider="rss").exit_code == 0
    assert [visit.target for visit in demo.control.log()] == ["/robots.txt", "/rss"]
    assert [visit.status for visit in demo.control.log()] == [200, 304], "nothing new is not sent again"
    assert desk.runs()[-1]["stats"]["espreso/not_modified"] == 1

    demo.control.publish(2)
    demo.control.clear_log()
    desk.crawl(start(demo), spider="rss")
    new = demo.site.newest - newest
    assert len(page_requests(demo)) == 1 + new
    assert len(desk.records()) == FEED + new

    demo.control.clear_log()
    desk.crawl(f"start={demo.url}/news")
    assert page_requests(demo) == ["/news"], "what RSS took, the feed does not take again"
    assert len(desk.records()) == FEED + new
    assert len(desk.records("feed")) == FEED, "but the feed's own stream tells of it"


def test_an_error_page_instead_of_rss_is_exit_code_3(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_faults(Fault("error_page", path="/rss"))
    done = desk.crawl(start(demo), spider="rss")
    assert done.exit_code == 3
    assert f"Start page {demo.url}/rss: an HTML page where a list in XML should be" in done.log
    assert "Traceback" not in done.log


def test_pages_of_rss_that_are_no_articles_raise_an_alarm_and_come_again(demo: DemoSite, desk: Desk) -> None:
    desk.crawl(start(demo), spider="rss")
    before = demo.site.newest
    new = demo.control.publish(4)["newest"] - before
    urls = [demo.site.truth(before + 1 + place, demo.url).url for place in range(new)]
    demo.control.set_faults(*(Fault("error_page", path=url.removeprefix(demo.url)) for url in urls))
    soon = {"ESPRESO_BACKOFF_SECONDS": "0"}
    assert desk.crawl(start(demo), spider="rss", settings=soon).exit_code == 5
    assert "not_articles" in [finding["name"] for finding in desk.runs()[-1]["findings"]]
    demo.control.set_faults()
    assert desk.crawl(start(demo), spider="rss", settings=soon).exit_code == 0
    assert set(urls) <= {record["url"] for record in desk.records()}


def test_a_page_that_seemed_to_be_no_article_is_read_again_when_a_feed_shows_it(demo: DemoSite, desk: Desk) -> None:
    url = demo.site.truth(demo.site.newest, demo.url).url
    demo.control.set_faults(Fault("error_page", path=url.removeprefix(demo.url)))
    desk.crawl(start(demo), spider="rss")
    assert desk.runs()[-1]["counts"]["entry"]["not_article"] == 1
    demo.control.set_faults()
    desk.crawl(f"start={demo.url}/news")
    assert url in {record["url"] for record in desk.records()}
