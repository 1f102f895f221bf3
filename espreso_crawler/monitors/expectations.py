"""What the known layout gives on every ordinary article page: one claim a row, in the order they are reported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from espreso_crawler.items import Article, Provenance

# Feed times have no seconds, and an article may be stamped a moment after its entry.
FEED_SLACK = timedelta(minutes=10)
# An entry stands in the feed with the time of its publication, unless an update moved it.
ARCHIVE = "/news?page="
"""In the address of an archive page, which is no feed."""
FEED_WITNESS = timedelta(hours=36)
NO_TEXT_NEEDED = ("video", "gallery", "live")

By = dict[str, Provenance]
Meets = Callable[[Article, By], bool | None]
"""Whether an article meets an expectation; None when it says nothing about it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One property of a row."""

    name: str
    share: float
    """Share of rows that have it where the layout is as known, before any run has taught better."""
    level: Literal["warning", "critical"]
    """How bad it is when rows suddenly lack it. ``warning``: all that is said of the article is there and confirmed."""
    text: str
    """What it means when rows lack it."""
    meets: Meets
    is_hard: bool = False
    """Whether a single row that lacks it is doubtful by itself."""


def _filled(name: str) -> Meets:
    return lambda article, _by: bool(getattr(article, name))


def _from_markup(name: str) -> Meets:
    return lambda _article, by: by[name].source == "markup" if name in by else None


def _agreed(name: str) -> Meets:
    return lambda _article, by: by[name].agrees if name in by else None


def _has_jsonld(article: Article, by: By) -> bool:
    return article.date_modified is not None or any(each.source == "jsonld" for each in by.values())


def _body_is_certain(_article: Article, by: By) -> bool:
    body = by.get("article_body")
    return body is not None and (body.source == "markup" or (body.source == "structure" and body.agrees is True))


def _has_body(article: Article, _by: By) -> bool:
    return bool(article.article_body) or article.content_kind in NO_TEXT_NEEDED


def _date_is_confirmed(article: Article, by: By) -> bool | None:
    if article.date_published is None:
        return None
    if (own := by.get("date_published")) and own.agrees is True:
        return True
    feed_time = article.feed.published_at if article.feed else None
    return feed_time is not None and abs(feed_time - article.date_published) <= FEED_WITNESS


def _date_is_uncontested(_article: Article, by: By) -> bool | None:
    return by["date_published"].agrees is not False if "date_published" in by else None


def _date_is_plausible(article: Article, _by: By) -> bool | None:
    feed_time = article.feed.published_at if article.feed else None
    if feed_time is None or article.date_published is None:
        return None
    return article.date_published <= feed_time + FEED_SLACK


def _has_feed_time(article: Article, _by: By) -> bool | None:
    """Whether the feed gave a time. Archive pages may print none: then walks go by the articles' own times."""
    if article.feed is None or ARCHIVE in article.feed.seen_on:
        return None
    return article.feed.published_at is not None


def _shows_its_label(article: Article, by: By) -> bool | None:
    """Whether a label that the feed gives stands on the page too; only the feed says ``updated``."""
    if article.feed is None or article.feed.label in (None, "updated"):
        return None
    return "labels" in by and by["labels"].source == "markup"


def _has_picture(article: Article, _by: By) -> bool:
    return any(image.role == "main" for image in article.images)


def _picture_has_words(article: Article, _by: By) -> bool | None:
    main = next((image for image in article.images if image.role == "main"), None)
    return bool(main.caption or main.credit or main.alt) if main else None


def _cards_have_days(article: Article, _by: By) -> bool | None:
    return any(card.date for card in article.related) if article.related else None


EXPECTATIONS = (
    Expectation("jsonld", 0.99, "critical", "there is no NewsArticle in JSON-LD: nothing confirms the markup, and "
                "fields that only it has are lost", _has_jsonld, is_hard=True),
    Expectation("header", 0.99, "critical", "the headline does not stand in the article's header: label, sponsor "
                "mark, authors and caption cannot be read", _from_markup("headline"), is_hard=True),
    Expectation("headline_agrees", 0.95, "critical", "headline and metadata differ", _agreed("headline")),
    Expectation("entity_id", 0.98, "critical", "the article's number is not on the page: its id would be made of "
                "its address", _filled("entity_id"), is_hard=True),
    Expectation("body", 0.97, "critical", "there is no text", _has_body),
    Expectation("body_certain", 0.99, "critical", "the text is guessed: neither the body's markup nor a dense text "
                "that JSON-LD confirms", _body_is_certain, is_hard=True),
    Expectation("body_markup", 0.98, "warning", "the text is found by its shape, and confirmed by JSON-LD; the "
                "body's markup is gone", _from_markup("article_body")),
    Expectation("body_agrees", 0.90, "critical", "text and JSON-LD differ", _agreed("article_body")),
    Expectation("date", 0.97, "critical", "there is no time of publication", _filled("date_published")),
    Expectation("date_confirmed", 0.90, "critical", "one source alone gives the time of publication",
                _date_is_confirmed),
    Expectation("date_uncontested", 0.98, "critical", "the sources contradict each other about the time of "
                "publication", _date_is_uncontested, is_hard=True),
    Expectation("date_plausible", 0.98, "critical", "published after its entry stood in the feed",
                _date_is_plausible, is_hard=True),
    Expectation("date_modified", 0.95, "critical", "there is no time of change", _filled("date_modified")),
    Expectation("feed_time", 0.98, "critical", "entries came without a time", _has_feed_time),
    Expectation("label", 0.50, "critical", "labels of the feed do not stand on the pages: others may be missed "
                "too, and with them the sponsor mark", _shows_its_label),
    Expectation("description", 0.80, "critical", "there is no lead", _filled("description")),
    Expectation("description_markup", 0.90, "warning", "the lead's markup is gone; metadata gives it",
                _from_markup("description")),
    Expectation("authors", 0.85, "critical", "nobody is named as author", _filled("authors")),
    Expectation("authors_markup", 0.90, "critical", "the authors' markup is gone; JSON-LD names one for all",
                _from_markup("authors")),
    Expectation("section", 0.90, "critical", "there is no rubric", _filled("article_section")),
    Expectation("keywords", 0.80, "critical", "there are no tags", _filled("keywords")),
    Expectation("keywords_markup", 0.90, "critical", "the tags' markup is gone; JSON-LD has them without addresses",
                _from_markup("keywords")),
    Expectation("picture", 0.85, "critical", "there is no picture", _has_picture),
    Expectation("picture_words", 0.80, "critical", "the picture has neither caption nor credit",
                _picture_has_words),
    Expectation("related", 0.85, "warning", "the cards below the article are gone", _filled("related")),
    Expectation("related_days", 0.85, "warning", "the cards' days cannot be read", _cards_have_days),
)  # fmt: skip
BY_NAME = {each.name: each for each in EXPECTATIONS}
