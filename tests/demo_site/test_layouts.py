"""Redesigns: what each layout takes away, and that it leaves the rest."""

from collections.abc import Callable

import pytest

from espreso_crawler.demo_site.edition import Language
from tests.demo_site.conftest import Browser, only, text

Browse = Callable[..., Browser]
KNOWN = {
    "jsonld": 'script[type="application/ld+json"]:lexbor-contains("NewsArticle")',
    "time": ".header_current_article .news__author_date__time",
    "body": "section.content_current_article div.news-content",
    "feed": ".news-tape .news-tape-item .time > .main_time",
    "headline": "section.header_current_article h1",
}


@pytest.mark.parametrize(
    ("layout", "lost"),
    [
        ("plain", set()),
        ("renamed", {"time", "body", "feed", "headline"}),
        ("no_jsonld", {"jsonld"}),
        ("time_moved", {"time", "feed"}),
        ("body_moved", {"body"}),
        ("no_feed", {"feed"}),
        ("new_dates", set()),
        ("roman_dates", set()),
        ("no_author", set()),
        ("no_tags", set()),
        ("no_number", set()),
        ("new_header", {"time", "headline"}),
        ("no_lead", set()),
        ("global", set()),
        ("bare", {"jsonld"}),
        ("strange", {"jsonld", "time", "headline"}),
        ("wrong_weekday", set()),
        ("script_feed", {"feed"}),
        ("script_more", set()),
    ],
)
def test_a_layout_takes_away_what_it_says(browse: Browse, language: Language, layout: str, lost: set[str]) -> None:
    browser = browse(language=language, layout=layout)
    tree = browser.article(50_000)
    assert {name for name, selector in KNOWN.items() if not tree.css_first(selector)} == lost
    assert browser.site.truth(50_000).headline in (tree.body.text() if tree.body else "")


@pytest.mark.parametrize(
    ("layout", "selector"),
    [
        ("no_author", ".news__author_date__author"),
        ("no_tags", '.tags-cloud a:not([href$="/news"])'),
        ("no_number", "[data-news_id], [data-entity-id], [data-id]"),
        ("no_lead", "h2.text-subtitle"),
    ],
)
def test_another_edition_does_not_print_what_its_name_says(browse: Browse, layout: str, selector: str) -> None:
    assert browse().article(50_000).css(selector)
    assert not browse(layout=layout).article(50_000).css(selector)


def test_traps_name_the_site_as_headline_and_the_list_as_address(browse: Browse) -> None:
    headline = browse().site.truth(50_000).headline
    for layout in ("site_h1", "site_h1_bare"):
        assert text(browse(layout=layout).article(50_000), "h1") != headline
    tree = browse(layout="one_address").article(50_000)
    assert str(only(tree, 'link[rel="canonical"]').attributes["href"]).endswith("/news")


def test_a_wrong_weekday_stands_beside_the_right_day(browse: Browse, language: Language) -> None:
    pages = [browse(language=language, layout=layout).article(50_000) for layout in ("plain", "wrong_weekday")]
    right, wrong = (text(page, ".news__author_date__date").split() for page in pages)
    assert right[:-1] == wrong[:-1]
    assert right[-1] != wrong[-1]


def test_renaming_is_the_same_on_every_page_of_a_seed(browse: Browse) -> None:
    one, two = browse(layout="renamed"), browse(layout="renamed", seed=2)
    classes = [only(browser.article(50_000), "h1").attributes["class"] for browser in (one, one, two)]
    assert classes[0] == classes[1] != classes[2]


def test_moved_times_are_still_on_the_page(browse: Browse) -> None:
    browser = browse(layout="time_moved")
    published = browser.site.truth(50_000).date_published
    tree = browser.article(50_000)
    assert text(tree, ".story-stamp").endswith(f"{published:%H:%M}")
    assert len(tree.css(".news-tape-item .stamp")) == 40


@pytest.mark.parametrize(
    ("layout", "header", "heading"),
    [("new_dates", "{:%d.%m.%Y}", "02.03.2026"), ("roman_dates", "{:%d/I/%Y}", "02/III/2026")],
)
def test_new_dates_stand_in_header_and_feed(
    browse: Browse, language: Language, layout: str, header: str, heading: str
) -> None:
    browser = browse(language=language, layout=layout)
    published = browser.site.truth(50_000).date_published
    tree = browser.article(50_000)
    assert text(tree, ".news__author_date__date") == header.format(published)
    assert text(tree, ".news-tape .date_title") == heading


def test_a_script_built_feed_is_empty_until_the_script_runs(browse: Browse) -> None:
    tree = browse(layout="script_feed").tree("/")
    assert only(tree, ".news-tape_body #js-newsTapeContent").text() == ""
    assert text(tree, "button.btn-black_oval") == "More news"
    assert not tree.css_first("a.btn-black_oval")
    assert "/news-tape.json?page=" in (tree.html or "")


def test_the_challenge_stands_before_every_page_but_robots(browse: Browse) -> None:
    browser = browse(layout="challenge")
    for target in ("/", "/news", f"/{browser.site.brief(50_000).slug}", "/sitemap.xml"):
        answer = browser.get(target)
        assert answer.status == 403
        assert b"Just a moment" in answer.body
    assert browser.get("/robots.txt").status == 200


def test_a_served_feed_with_a_button_has_entries_and_no_link_to_more(browse: Browse) -> None:
    tree = browse(layout="script_more").tree("/")
    assert len(tree.css(".news-tape_body #js-newsTapeContent .news-tape-item")) == 40
    assert text(tree, "button.btn-black_oval") == "More news"
    assert not tree.css_first("a.btn-black_oval")


@pytest.mark.parametrize(("layout", "mark"), [("nosy_script", "sendBeacon"), ("stuck_script", "while (true)")])
def test_bad_scripts_stand_beside_the_one_that_builds_the_feed(browse: Browse, layout: str, mark: str) -> None:
    html = browse(layout=layout).tree("/").html or ""
    assert mark in html
    assert "/news-tape.json?page=" in html
