"""The article page: the real site's markup, with the facts of `truth` in it."""

import html
import json
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.oddities import has_oddity, kind_of
from tests.demo_site.conftest import BASE, Browser, only, text

NUMBERS = range(50_000, 50_100)
Browse = Callable[..., Browser]


@pytest.fixture
def browser(browse: Browse, language: Language) -> Browser:
    return browse(language=language)


def first(name: str) -> int:
    """Return the first number with an oddity; reprints and videos have hardly a body of their own."""
    return next(n for n in NUMBERS if has_oddity(n, name) and kind_of(n) in {"news", "column"})


def json_ld(tree: LexborHTMLParser) -> Iterator[dict[str, object]]:
    return (json.loads(node.text()) for node in tree.css('script[type="application/ld+json"]'))


def news_article(tree: LexborHTMLParser) -> dict[str, object]:
    return next(block for block in json_ld(tree) if block["@type"] == "NewsArticle")


def test_the_markup_of_the_real_page_is_there(browser: Browser) -> None:
    tree, truth = browser.article(50_000), browser.site.truth(50_000, BASE)
    for selector in (
        "meta#redactionId",
        'meta[property="og:type"][content="article"]',
        'meta[name="csrf-token"]',
        "header.site-header nav",
        "section.header_current_article h1.text-title",
        "section.header_current_article .in_news_single__image picture > img.lazy[data-src]",
        "section.content_current_article div.news-content-list.js-gen-list > div.list-title",
        "section.content_current_article div.news-content p",
        "section.tags-cloud .similar_by_tags_output a",
        "section.similar-news a.js-read-also-item",
        ".api-weather-widget li.js-weather-city-item",
        ".api-money-exchange",
        "#first-block .date_title > .date_title",
        "#fourth-block .news-tape-item",
        "script[data-cf-settings]",
    ):
        assert tree.css_first(selector), selector
    assert [block["@type"] for block in json_ld(tree)] == ["BreadcrumbList", "WebSite", "NewsArticle"]
    assert tree.body and tree.body.attributes["data-entity-id"] == str(truth.entity_id)
    assert only(tree, ".news_wrapper").attributes["data-news_id"] == str(truth.entity_id)
    assert only(tree, 'link[rel="canonical"]').attributes["href"] == truth.url
    assert only(tree, 'link[rel="amphtml"]').attributes["href"] == f"{truth.url}?amp"
    assert len(tree.css("nav a, header a, .footer a")) > 100


def test_header_and_metadata_say_what_truth_says(browser: Browser) -> None:
    for number in NUMBERS:
        tree, truth = browser.article(number), browser.site.truth(number, BASE)
        metadata = news_article(tree)
        assert text(tree, "h1.text-title") == truth.headline
        assert metadata["headline"] == (truth.alternative_headline or truth.headline)
        assert text(tree, "h2.text-subtitle") == (truth.description or "")
        assert datetime.fromisoformat(str(metadata["datePublished"])) == truth.date_published
        assert datetime.fromisoformat(str(metadata["dateModified"])) == truth.date_modified
        assert text(tree, ".news__author_date__author") == truth.authors[0].name
        assert text(tree, ".header_current_article .mark .item") == "".join(truth.labels)
        names = [node.text() for node in tree.css(".similar_by_tags_output a")]
        assert names[1:] == [keyword.name for keyword in truth.keywords]


def test_every_text_block_is_on_the_page(browser: Browser) -> None:
    for number in NUMBERS:
        truth = browser.site.truth(number, BASE)
        shown = only(browser.article(number), "div.news-content").text()
        squeezed = "".join(shown.replace("[email\u00a0protected]", "[email]").split())
        for part in truth.blocks:
            assert "".join((part.text or "").split()) in squeezed, number
        assert "".join((truth.author_note or "").replace("\n\n", "").split()) in squeezed


def test_json_ld_glues_paragraphs_and_escapes_twice(browser: Browser) -> None:
    number = first("quote")
    glued = str(news_article(browser.article(number))["articleBody"])
    parts = [part.text or "" for part in browser.site.truth(number).blocks if part.type == "paragraph"]
    assert '"' not in glued
    assert parts[0] in html.unescape(glued)
    assert "\n" not in glued


def test_dates_are_printed_as_the_edition_does(browse: Browse) -> None:
    english, ukrainian = browse(language="en"), browse(language="uk")
    moment = english.site.truth(50_000).date_published
    shown = text(english.article(50_000), ".news__author_date__date")
    assert shown == f"{moment.day} {moment:%B}, {moment.year} {moment:%A}"
    moment = ukrainian.site.truth(50_000).date_published
    shown = text(ukrainian.article(50_000), ".news__author_date__date")
    assert shown.startswith(f"{moment.day} ")
    assert f", {moment.year} " in shown
    assert text(ukrainian.article(50_000), ".list-title") == "Зміст"
    assert text(english.article(50_000), ".list-title") == "client/title.list_title"


def test_a_column_has_its_suffix_and_its_tail_apart_from_the_text(browser: Browser) -> None:
    number = next(n for n in NUMBERS if kind_of(n) == "column")
    truth = browser.site.truth(number)
    assert truth.alternative_headline and truth.alternative_headline.startswith(truth.headline)
    assert truth.authors[0].name in truth.alternative_headline
    assert truth.author_note and truth.author_note not in truth.article_body


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("list", ".news-content ul > li a"),
        ("quote", ".news-content blockquote"),
        ("subheads", ".news-content h2, .news-content h3"),
        ("bold_heads", ".news-content p > strong"),
        ("inline_image", ".news-content img.infographics-img[src]"),
        ("youtube", '.news-content iframe[src*="youtube"]'),
        ("telegram", ".news-content script[data-telegram-post]"),
        ("x", ".news-content blockquote.twitter-tweet"),
        ("mail", ".news-content a.__cf_email__[data-cfemail]"),
        ("agency", '.news-content a[href^="https://agency.example/"]'),
    ],
)
def test_oddities_show_in_the_markup(browser: Browser, name: str, selector: str) -> None:
    assert browser.article(first(name)).css_first(selector)


def test_what_can_be_missing_is_missing_somewhere(browser: Browser) -> None:
    assert not browser.article(first("no_header_time")).css_first(".news__author_date__time")
    assert not browser.article(first("no_author_link")).css_first(".news__author_date__author a")
    assert not browser.article(first("no_lead")).css_first("h2.text-subtitle")
    assert len(browser.article(first("no_caption")).css(".img-text p")) == 1


def test_promo_lines_are_on_the_page_but_not_in_the_truth(browser: Browser) -> None:
    number = first("promo_follow")
    line = browser.site.words.strings["promo_follow"]
    assert line in only(browser.article(number), ".news-content").text().replace("\u00a0", " ")
    assert line not in browser.site.truth(number).article_body


def test_two_fetches_differ_in_tokens_and_cache_buster_only(browser: Browser) -> None:
    one, two = browser.article(50_000), browser.article(50_000)
    for selector, name in (('meta[property="og:image"]', "content"), ('meta[name="csrf-token"]', "content")):
        assert only(one, selector).attributes[name] != only(two, selector).attributes[name]
    assert only(one, ".main_content_in").text() == only(two, ".main_content_in").text()


def test_pages_have_the_asked_size(browse: Browse) -> None:
    for size in (90_000, 100_000, 200_000):
        browser = browse(page_bytes=size)
        assert abs(len(browser.get(f"/{browser.site.brief(50_000).slug}").body) - size) < 3_000


def test_a_second_slug_shows_the_same_article(browser: Browser) -> None:
    truth = browser.site.truth(first("second_slug"), BASE)
    assert truth.alias_url
    tree = browser.tree(truth.alias_url)
    assert only(tree, ".news_wrapper").attributes["data-news_id"] == str(truth.entity_id)
    assert only(tree, 'link[rel="canonical"]').attributes["href"] == truth.alias_url


def test_an_amp_copy_has_the_body_but_no_date_label_or_author(browser: Browser) -> None:
    truth = browser.site.truth(50_000, BASE)
    tree = browser.tree(f"{truth.url}?amp")
    assert only(tree, 'link[rel="canonical"]').attributes["href"] == truth.url
    assert tree.css_first(".amp-content p")
    assert truth.authors[0].name not in tree.html  # type: ignore[operator]  # a parsed page has text
    assert not tree.css_first(".news__author_date, .mark, [data-news_id]")
