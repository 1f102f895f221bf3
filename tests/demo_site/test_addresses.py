"""Sitemaps, RSS, robots.txt, topic pages and what unknown addresses answer."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from espreso_crawler.demo_site.edition import Language
from tests.demo_site.conftest import BASE, Browser, only

Browse = Callable[..., Browser]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def xml(browser: Browser, target: str) -> ET.Element:
    answer = browser.get(target)
    assert answer.status == 200
    assert answer.content_type.startswith("text/xml")
    return ET.fromstring(answer.body)  # noqa: S314  # our own page


def test_the_index_names_the_four_sitemaps(browse: Browse) -> None:
    places = [node.text for node in xml(browse(), "/sitemap.xml").iter(f"{SITEMAP}loc")]
    names = ("sitemap-categories.xml", "sitemap_news_1.xml", "sitemap_tags_1.xml", "sitemapnews/1")
    assert places == [f"{BASE}/{name}" for name in names]


def test_the_news_sitemap_holds_ninety_days_with_dates_and_second_slugs(browse: Browse) -> None:
    browser = browse(per_day=20)
    site = browser.site
    rows = [
        (node.findtext(f"{SITEMAP}loc"), date.fromisoformat(node.findtext(f"{SITEMAP}lastmod") or ""))
        for node in xml(browser, "/sitemap_news_1.xml")
    ]
    now = site.clock.now()
    numbers = site.numbers(now - timedelta(days=90), now)
    truths = [site.truth(number, BASE) for number in numbers]
    expected = {url for truth in truths for url in (truth.url, truth.alias_url) if url}
    assert {url for url, _ in rows} == expected
    assert all((now.date() - day).days <= 90 for _, day in rows)


def test_an_update_changes_lastmod(browse: Browse) -> None:
    browser = browse(per_day=20)
    number = browser.site.newest - 500
    url = f"{BASE}/{browser.site.brief(number).slug}"
    browser.site.update(number, silent=True)
    found = next(node for node in xml(browser, "/sitemap_news_1.xml") if node.findtext(f"{SITEMAP}loc") == url)
    assert found.findtext(f"{SITEMAP}lastmod") == "2026-03-02"


def test_the_google_news_sitemap_has_titles_and_times(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    newest = browser.site.truth(browser.site.newest, BASE)
    news = xml(browser, "/sitemapnews/1")[0].find(f"{NEWS}news")
    assert news is not None
    assert news.findtext(f"{NEWS}title") == newest.headline
    assert datetime.fromisoformat(news.findtext(f"{NEWS}publication_date") or "") == newest.date_published


def test_rss_items_say_what_the_feed_says(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    items = xml(browser, "/rss").findall("channel/item")
    truths = [browser.site.truth(browser.site.newest - place, BASE) for place in range(40)]
    assert [item.findtext("title") for item in items] == [truth.headline for truth in truths]
    assert [item.findtext("link") for item in items] == [truth.url for truth in truths]
    assert parsedate_to_datetime(items[0].findtext("pubDate") or "") == truths[0].feed_time


@pytest.mark.parametrize(
    ("variant", "status", "words"),
    [
        ("allow", 200, "Disallow:\n"),
        ("disallow", 200, "Disallow: /news\n"),
        ("missing", 404, "<html"),
        ("unavailable", 503, "<html"),
        ("challenge", 200, "Just a moment"),
    ],
)
def test_robots_txt_has_variants(browse: Browse, variant: str, status: int, words: str) -> None:
    answer = browse(robots=variant, disallow=("/news",)).get("/robots.txt")
    assert answer.status == status
    assert words in answer.body.decode()


def test_topic_pages_are_no_articles(browse: Browse, language: Language) -> None:
    browser = browse(language=language)
    words = browser.site.words
    for link in (words.rubrics[0], words.tags[0], words.authors[0], words.menu[1]):
        tree = browser.tree(f"/{link.slug}")
        assert only(tree, 'meta[property="og:type"]').attributes["content"] == "website"
        assert not tree.css_first("[data-news_id]")
        assert "NewsArticle" not in (tree.html or "")
        assert tree.css_first(".tag_page_content a"), link


def test_unknown_addresses_answer_404_with_a_whole_page(browse: Browse) -> None:
    browser = browse()
    for target in ("/no-such-page", "/news/2018/05/19/old_one", "/sitemap_news_2.xml"):
        answer = browser.get(target)
        assert answer.status == 404
        assert answer.body.endswith(b"</html>\n")


def test_the_old_address_of_an_article_names_the_new_one(browse: Browse) -> None:
    browser = browse()
    brief = browser.site.brief(browser.site.newest - 3)
    tree = browser.tree(f"/{brief.old_path}")
    assert only(tree, 'link[rel="canonical"]').attributes["href"] == f"{BASE}/{brief.slug}"
    assert only(tree, "[data-news_id]").attributes["data-news_id"] == str(brief.entity_id)


def test_strays_stand_in_feed_and_sitemap(browse: Browse) -> None:
    browser = browse(strays=("/a-tag", "https://elsewhere.example/x"))
    links = [node.attributes["href"] for node in browser.tree("/news").css("a.news-tape-item_link")]
    assert links[:2] == [f"{BASE}/a-tag", "https://elsewhere.example/x"]
    places = [node.text for node in xml(browser, "/sitemap_news_1.xml").iter(f"{SITEMAP}loc")]
    assert places[-2:] == links[:2]


def test_a_trailing_slash_is_redirected(browse: Browse) -> None:
    answer = browse().get("/news/")
    assert (answer.status, dict(answer.headers)["Location"]) == (301, f"{BASE}/news")


def test_pictures_are_served(browse: Browse) -> None:
    browser = browse()
    url = browser.site.truth(50_000, BASE).images[0].url
    assert browser.get(url).content_type == "image/gif"
