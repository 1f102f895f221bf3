"""The news tape and the list behind it: order, labels, day headings, clock changes."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import orjson
import pytest

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.timeline import KYIV
from tests.demo_site.conftest import BASE, Browser, only, text

Browse = Callable[..., Browser]


def headings(browser: Browser) -> list[tuple[str, str]]:
    rows = browser.tree("/").css(".news-tape_body div > .date_title:has(.year_date)")
    return [(text(row, ".year_date"), text(row, ".date_title .date_title")) for row in rows]


def test_the_tape_shows_the_newest_articles_in_order(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    truths = [browser.site.truth(browser.site.newest - place) for place in range(40)]
    assert browser.tape() == [(f"{t.feed_time:%H:%M}", t.feed_label or "", t.headline) for t in truths]
    links = [node.attributes["href"] for node in browser.tree("/").css("a.news-tape-item_link")]
    assert links == [f"{BASE}{t.url}" for t in truths]


def test_the_tape_is_on_every_page_and_leads_to_page_two(browse: Browse) -> None:
    browser = browse()
    slug = browser.site.brief(50_000).slug
    for target in ("/", "/news", "/news?page=7", f"/{slug}", "/bridges", "/no-such-page"):
        assert browser.tape(target) == browser.tape("/"), target
        more = only(browser.tree(target), "a.btn-black_oval")
        assert more.attributes["href"] == f"{BASE}/news?page=2"


def test_day_headings_of_both_editions(browse: Browse) -> None:
    now = datetime(2024, 12, 24, 19, 30, tzinfo=KYIV)
    assert headings(browse(language="en", now=now, per_day=30)) == [
        ("2024, Tuesday", "24 December"),
        ("2024, Monday", "23 December"),
    ]
    assert headings(browse(language="uk", now=now, per_day=30))[0] == ("2024, вівторок", "24 грудня")


def test_new_year_is_a_day_heading_with_the_new_year(browse: Browse) -> None:
    now = datetime(2026, 1, 1, 12, 0, tzinfo=KYIV)
    assert headings(browse(now=now, per_day=60)) == [
        ("2026, Thursday", "1 January"),
        ("2025, Wednesday", "31 December"),
    ]


def test_the_hour_of_autumn_that_comes_twice_stays_in_order(browse: Browse) -> None:
    browser = browse(now=datetime(2026, 10, 25, 4, 30, tzinfo=KYIV), per_day=2000)
    entries = browser.site.entries(0, 200)
    assert [entry.minute for entry in entries] == sorted((entry.minute for entry in entries), reverse=True)
    times = [time for time, _, _ in browser.tape()]
    assert sum(above < below for above, below in pairwise(times)) == 1


def test_moving_the_clock_publishes(browse: Browse) -> None:
    browser = browse()
    before, newest = browser.tape(), browser.site.newest
    assert browser.get(f"/{browser.site.newsroom.brief(newest + 1).slug}").status == 404
    assert browser.site.publish(3) >= newest + 3
    after = browser.tape()
    published = browser.site.newest - newest
    assert after[published:] == before[: 40 - published]
    assert browser.get(f"/{browser.site.brief(newest + 1).slug}").status == 200
    browser.site.advance(-24 * 60)
    assert browser.site.newest < newest


def test_a_loud_update_moves_the_entry_up_with_a_label(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    site = browser.site
    number = site.newest - 60
    site.update(number, kind="text")
    label = site.words.strings["label_updated"]
    assert browser.tape()[0] == ("12:00", label, site.truth(number).headline)
    assert site.truth(number).feed_time == site.clock.now()


def test_the_list_goes_into_the_past_without_gaps(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    site = browser.site
    links = [
        node.attributes["href"]
        for page in range(1, 5)
        for node in browser.tree(f"/news?page={page}").css("#js-news-list-container div.title > a")
    ]
    assert links == [f"{BASE}/{site.brief(site.newest - place).slug}" for place in range(160)]


def test_list_items_have_several_links_and_times_only_when_asked(browse: Browse) -> None:
    item = only(browse().tree("/news?page=2"), "li.news_page_similar_content__item")
    assert len(item.css("a")) > 1
    assert text(item, ".news_page_similar_content_item__time").count(":") == 1
    bare = only(browse(listing_times=False).tree("/news?page=2"), "#js-news-list-container")
    assert not bare.css_first("[class*=__date], [class*=__time]")


@pytest.mark.parametrize("page", ["1", "0", "x", "-3", "٣"])
def test_odd_page_numbers_are_the_first_page(browse: Browse, page: str) -> None:
    browser = browse()
    listed = only(browser.tree(f"/news?page={page}"), "#js-news-list-container")
    assert listed.text() == only(browser.tree("/news"), "#js-news-list-container").text()


def test_past_the_end_the_list_is_empty_and_the_last_page_leads_nowhere(browse: Browse) -> None:
    browser = browse(per_day=10, first_day=datetime(2026, 2, 20, tzinfo=KYIV).date())
    last = (browser.site.newest - 1) // 40 + 1
    following = [browser.tree(f"/news?page={page}").css_matches(".pagination__next") for page in (last - 1, last)]
    assert following == [True, False]
    for page in (last + 1, 100_000_000):
        answer = browser.get(f"/news?page={page}")
        assert answer.status == 200
        tree = browser.tree(f"/news?page={page}")
        assert tree.css_first("ul#js-news-list-container")
        assert not tree.css_first("ul#js-news-list-container li")


def test_the_json_of_the_script_built_feed_is_the_same_feed(browse: Browse) -> None:
    browser = browse()
    rows = orjson.loads(browser.get("/news-tape.json?page=1").body)
    assert [(row["time"], row["mark"], row["headline"]) for row in rows] == browser.tape()
