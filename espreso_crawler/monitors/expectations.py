"""Has the edition changed? What a page may show, one property a row, in the order they are reported.

A row that lacks one is not doubtful by that: editions differ. A change is a fall against what earlier runs of the same
edition showed; before there are enough of them, what is absent is learned (`learning`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from espreso_crawler.items import Article
from espreso_crawler.monitors.evidence import NO_TEXT_NEEDED, By, has_jsonld, near_feed
from espreso_crawler.site import ARCHIVE

Meets = Callable[[Article, By], bool | None]
"""Whether an article meets an expectation; None when it says nothing about it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One property of a row."""

    name: str
    share: float
    """Share of rows that have it in the known layout, which counts for a few rows beside what earlier runs showed."""
    level: Literal["warning", "critical"]
    """How bad a fall is. ``critical``: truth rests on it. ``warning``: a field that may be absent."""
    text: str
    """What it means when rows lack it."""
    meets: Meets
    holds: bool = False
    """Whether a row that lacks it waits for a person after a critical fall: it may be there, and not be found."""


def _filled(name: str) -> Meets:
    return lambda article, _by: bool(getattr(article, name))


def _from_markup(name: str) -> Meets:
    return lambda _article, by: by[name].source == "markup" if name in by else None


def _agreed(name: str) -> Meets:
    return lambda _article, by: by[name].agrees if name in by else None


def _has_body(article: Article, _by: By) -> bool:
    return bool(article.article_body) or article.content_kind in NO_TEXT_NEEDED


def _date_is_confirmed(article: Article, by: By) -> bool | None:
    if article.date_published is None:
        return None
    own = by.get("date_published")
    return (own is not None and own.agrees is True) or near_feed(article)


def _has_feed_time(article: Article, _by: By) -> bool | None:
    """Whether the feed gave a time. Archive pages may print none: then walks go by the articles' own times."""
    if article.feed is None or ARCHIVE in article.feed.seen_on:
        return None
    return article.feed.published_at is not None


def _shows_its_label(article: Article, by: By) -> bool | None:
    """Whether a label that the feed gives stands on the page too; only the feed says ``updated``."""
    if article.feed is None or article.feed.label in (None, "updated"):
        return None
    return "labels" in by and by["labels"].source != "feed"


def _has_picture(article: Article, _by: By) -> bool:
    return any(image.role == "main" for image in article.images)


def _picture_has_words(article: Article, _by: By) -> bool | None:
    main = next((image for image in article.images if image.role == "main"), None)
    return bool(main.caption or main.credit or main.alt) if main else None


def _cards_have_days(article: Article, _by: By) -> bool | None:
    return any(card.date for card in article.related) if article.related else None


EXPECTATIONS = (
    Expectation("jsonld", 0.99, "critical", "there is no NewsArticle in JSON-LD: nothing confirms the markup, and "
                "fields that only JSON-LD has are lost", has_jsonld),
    Expectation("header", 0.99, "critical", "the headline is not in the article's known header: label, "
                "authors and caption are found by their shape, or not at all", _from_markup("headline")),
    Expectation("headline_agrees", 0.95, "critical", "headline and metadata differ", _agreed("headline"), holds=True),
    Expectation("entity_id", 0.98, "critical", "the article's number is not on the page: its id is made of its "
                "address", _filled("entity_id")),
    Expectation("body", 0.97, "critical", "there is no text", _has_body, holds=True),
    Expectation("body_markup", 0.98, "warning", "the body's markup is gone; the text is found by its shape",
                _from_markup("article_body")),
    Expectation("body_agrees", 0.90, "critical", "text and JSON-LD differ", _agreed("article_body"), holds=True),
    Expectation("date", 0.97, "critical", "there is no time of publication", _filled("date_published"), holds=True),
    Expectation("date_confirmed", 0.90, "critical", "one source alone gives the time of publication",
                _date_is_confirmed),
    Expectation("date_modified", 0.95, "warning", "there is no time of change", _filled("date_modified")),
    Expectation("feed_time", 0.98, "warning", "entries came without a time", _has_feed_time),
    Expectation("label", 0.50, "warning", "labels of the feed are not on the pages: others may be missed "
                "too, and so may the mark of paid content", _shows_its_label),
    Expectation("description", 0.80, "warning", "there is no lead", _filled("description")),
    Expectation("description_markup", 0.90, "warning", "the lead's markup is gone; metadata gives it",
                _from_markup("description")),
    Expectation("authors", 0.85, "warning", "nobody is named as author", _filled("authors")),
    Expectation("authors_markup", 0.90, "warning", "the authors' markup is gone", _from_markup("authors")),
    Expectation("section", 0.90, "warning", "there is no rubric", _filled("article_section")),
    Expectation("keywords", 0.80, "warning", "there are no tags", _filled("keywords")),
    Expectation("keywords_markup", 0.90, "warning", "the tags' markup is gone; JSON-LD has them without addresses",
                _from_markup("keywords")),
    Expectation("picture", 0.85, "warning", "there is no picture", _has_picture),
    Expectation("picture_words", 0.80, "warning", "the picture has neither caption nor credit",
                _picture_has_words),
    Expectation("related", 0.85, "warning", "the cards below the article are gone", _filled("related")),
    Expectation("related_days", 0.85, "warning", "the cards' days cannot be read", _cards_have_days),
)  # fmt: skip
BY_NAME = {each.name: each for each in EXPECTATIONS}
