"""Headers whose class names nobody knows: what stands near the h1 comes out right, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from espreso_crawler.items import Article, FeedSighting
from espreso_crawler.pages import Page, article

ADDRESS = "https://global.espreso.tv/town-opens-bridge"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HEAD = '<meta property="og:type" content="article"><meta property="og:title" content="Town opens bridge">'
JSONLD = """
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Town opens bridge",
"datePublished": "2026-03-04T09:15:00+02:00", "author": {"name": "Anna Marsh", "url": "https://global.espreso.tv"},
"image": "https://static.espreso.tv/7_Bridge_new_960x380_0.webp"}</script>"""
LABEL, RUBRIC = "<span>Exclusive</span>", '<a href="/topics">Review</a>'
BY = '<span><a href="/anna-marsh">Anna Marsh</a></span>'
WHEN = "<span>4 March, 2026 Wednesday</span><span>09:15</span>"
PICTURE = '<img src="https://static.espreso.tv/7_Bridge_new_700x370_0.webp" alt="The bridge">'
UNDER = "<div><p>The new bridge</p><p>Photo: Town hall</p></div>"
BODY = "<div>" + "<p>The town has opened its bridge after a year of works, says the mayor.</p>" * 3 + "</div>"
FEED = FeedSighting(datetime.fromisoformat("2026-03-04T09:15:00+02:00"), None, 1, False, NOW, "https://x.example/news")


def read(header: str, *, jsonld: str = JSONLD, feed: FeedSighting | None = None) -> Article:
    html = f"<html lang=en><head>{HEAD}{jsonld}</head><body><div><header>{header}</header>{BODY}</div></body></html>"
    return article(Page.read(html.encode(), url=ADDRESS, fetched_at=NOW), feed)


def test_every_field_of_an_unknown_header_is_found():
    found = read(f"{LABEL}<h1>Town opens bridge</h1>{BY}{WHEN}{PICTURE}{UNDER}")
    by = {each.field: each.source for each in found.provenance}
    assert found.labels == ["exclusive"]
    assert [(author.name, author.url) for author in found.authors] == [
        ("Anna Marsh", "https://global.espreso.tv/anna-marsh")
    ]
    (image,) = found.images
    assert (image.caption, image.credit, image.alt) == ("The new bridge", "Town hall", "The bridge")
    assert (by["headline"], by["authors"], by["labels"]) == ("structure",) * 3


def test_without_jsonld_the_only_date_in_the_header_is_the_articles():
    found = read(f"<h1>Town opens bridge</h1>{BY}{WHEN}", jsonld="")
    assert str(found.date_published) == "2026-03-04 09:15:00+02:00"
    assert next(each for each in found.provenance if each.field == "date_published").source == "structure"
    assert found.authors == [], "a link near the headline may be anything"


@pytest.mark.parametrize(
    "header",
    [
        f"<h1>Town opens bridge</h1>{WHEN}<span>1 May, 2020 Friday</span>",
        f"<h1>Town opens bridge</h1>{WHEN}<span>18:30</span>",
        "<h1>Town opens bridge</h1><span>4 March, 2026 Wednesday</span>",
    ],
    ids=["two days", "two times", "no time"],
)
def test_a_date_that_might_be_another_is_not_taken(header: str):
    assert read(header, jsonld="").date_published is None


@pytest.mark.parametrize(
    "header",
    [
        f"{RUBRIC}<h1>Town opens bridge</h1>",
        f"<h1>Town opens bridge</h1>{LABEL}",
        f"{LABEL}<h1>Espreso</h1><h1>Town opens bridge</h1>",
        f"{LABEL}<h1>Town opens bridge</h1><nav></nav>",
        f"{LABEL}<h1>Town opens bridge</h1>" + '<a href="/other">Another article</a>' * 13,
    ],
    ids=["a rubric is no label", "what follows may be a list's", "two headlines", "a menu", "a list of articles"],
)
def test_a_label_that_may_belong_elsewhere_is_not_taken(header: str):
    assert read(header).labels == []


def test_a_caption_without_a_credit_and_a_picture_that_nobody_names_are_left_out():
    found = read(f"<h1>Town opens bridge</h1><img src=/ad.png alt=Buy>{UNDER.replace('Photo: ', '')}")
    (image,) = found.images
    assert (image.caption, image.credit, image.alt) == (None, None, None)


def test_the_headline_is_the_h1_that_jsonld_names():
    assert read("<h1>Espreso</h1><h1>Town opens bridge</h1>").headline == "Town opens bridge"


def test_the_home_page_is_no_page_of_an_author():
    assert [(author.name, author.url) for author in read("<h1>Town opens bridge</h1>").authors] == [
        ("Anna Marsh", None)
    ]


def test_an_updated_entrys_time_is_not_the_time_of_publication():
    header = "<h1>Town opens bridge</h1>"
    assert read(header, jsonld="", feed=FEED).date_published == FEED.published_at
    assert read(header, jsonld="", feed=replace(FEED, label="updated")).date_published is None
