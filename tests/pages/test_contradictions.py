"""What metadata and structured data say against the page, or cannot mean: dates, headlines, kinds of page."""

import pytest

from espreso_crawler.exceptions import NotAnArticle
from espreso_crawler.pages import article
from tests.builders import Facts, article_html, page
from tests.pages.test_article import provenance


@pytest.mark.parametrize(
    "impossible",
    ["1970-01-01T03:00:00+03:00", "0001-01-01T00:00:00Z", "1999-12-31T12:00:00Z", "2024-12-28T00:00:00+02:00", 7],
)
def test_a_time_that_cannot_be_loses_against_the_printed_one_and_stays_on_record(impossible):
    found = article(page(Facts(published=impossible)))
    assert found.date_published and found.date_published.isoformat() == "2024-11-02T11:37:00+02:00"
    assert found.date_modified is None
    entry = provenance(found, "date_published")
    assert (entry.source, entry.agrees) == ("markup", None)
    assert [(other.source, other.raw) for other in entry.others] == [("jsonld", impossible)] * (impossible != 7)
    alone = article(page(Facts(published=impossible, date=None, time=None)))
    assert (alone.date_published, alone.date_published_day) == (None, None)


@pytest.mark.parametrize("old", ["2001-09-11T15:46:00+03:00", "2024-12-26T12:00:00+02:00"])
def test_an_old_date_and_one_of_tomorrow_are_possible(old: str):
    found = article(page(Facts(published=old, date=None, time=None)))
    assert found.date_published and found.date_published.isoformat() == old


@pytest.mark.parametrize(
    "published",
    [
        "2024-11-02 09:37:00 UTC",
        "Sat, 02 Nov 2024 11:37:00 EET",
        "1730540220",
        "02.11.2024 11:37",
        "November 2, 2024 11:37 AM",
    ],
)
def test_json_lds_time_in_any_common_form(published: str):
    found = article(page(Facts(published=published, date=None, time=None)))
    assert found.date_published and found.date_published.isoformat() == "2024-11-02T11:37:00+02:00"


def test_metadata_that_is_escaped_twice_is_the_same_headline():
    html = article_html(Facts(headline='The "Mirror" is full'))
    twice = html.replace(
        'property="og:title" content="The &quot;Mirror&quot;',
        'property="og:title" content="The &amp;quot;Mirror&amp;quot;',
    )
    assert twice != html
    assert article(page(twice)).alternative_headline is None


def test_a_rubric_that_calls_itself_an_article_is_none():
    items = "".join(
        f"<li><div class='title'><a href='/n-{n}'>{'A headline of some length. ' * 4}</a></div></li>" for n in range(9)
    )
    html = (
        "<html><head><meta property='og:type' content='article'><title>World</title></head><body><h1>World</h1>"
        f"<p>{'All that happens in the world. ' * 5}</p><ul id='js-news-list-container'>{items}</ul></body></html>"
    )
    with pytest.raises(NotAnArticle):
        article(page(html, url="https://global.espreso.tv/world"))
    story = article(page(html.replace("js-news-list-container", "links"), url="https://global.espreso.tv/a-story"))
    assert story.headline == "World"


def test_a_short_flash_in_the_sites_markup_is_an_article_without_number_and_structured_data():
    html = (
        "<html><head><meta property='og:type' content='article'></head><body>"
        "<section class='header_current_article'><h1>A bridge opens</h1></section>"
        "<section class='content_current_article'><div class='news-content'><p>It is open.</p></div></section>"
        "</body></html>"
    )
    found = article(page(html, url="https://global.espreso.tv/a-bridge"))
    assert (found.headline, found.article_body) == ("A bridge opens", "It is open.")
