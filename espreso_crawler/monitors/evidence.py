"""Is this row true? What makes a row doubtful by itself, by the evidence for what it says: one rule a row.

Only these rules, and a critical change of something that truth rests on (`expectations`), hold a row back; each holds
that row alone. One source is enough where nothing contradicts it, a value that is absent is no wrong value, and what
an edition does not print is no doubt: no author, no tags, no JSON-LD, no number of the article.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from espreso_crawler.items import Article, Provenance

# Feed times have no seconds, and an article may be stamped a moment after its entry.
FEED_SLACK = timedelta(minutes=10)
FEED_WITNESS = timedelta(hours=36)
"""An entry stands in the feed with the time of its publication, unless an update moved it."""
NO_TEXT_NEEDED = ("video", "gallery", "live")
WORD = re.compile(r"\b[^\W_]{4}")
"""Words are compared by their first letters: what comes after is inflected, and shorter words are in every headline."""
MOST_BY_CHANCE = 2
"""Words that two addresses of one article have in common, at least: one may be the name of a rubric."""

By = dict[str, Provenance]


class Row(NamedTuple):
    """What a row is judged by."""

    article: Article
    by: By
    """Where its values came from, by field."""
    entry_url: str | None
    """Canonical address of the entry that it was fetched for; None when there was none."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to hold a row back."""

    name: str
    of: Literal["headline", "date", "body", "identity"]
    """What it casts doubt on."""
    text: str
    """What is said of the row, in the quarantine file."""
    why: str
    """Why such a row must wait for a person."""
    is_raised: Callable[[Row], bool]


def near_feed(article: Article) -> bool:
    """Return whether the feed gives a time that fits the article's time of publication."""
    feed_time = article.feed.published_at if article.feed else None
    published = article.date_published
    return feed_time is not None and published is not None and abs(feed_time - published) <= FEED_WITNESS


def has_jsonld(article: Article, by: By) -> bool:
    """Return whether the page's JSON-LD gave any value."""
    return article.date_modified is not None or any(each.source == "jsonld" for each in by.values())


def _headline_is_guessed(row: Row) -> bool:
    own = row.by.get("headline")
    if own is None or own.source == "markup":
        return False
    if own.source == "structure":
        return own.agrees is None
    return not (own.source == "jsonld" and own.agrees is True and row.article.alternative_headline is None)


def _headline_is_contradicted(row: Row) -> bool:
    others = row.by["headline"].others if "headline" in row.by else []
    differing = {other.source for other in others if not _share_words(row.article.headline, other.raw)}
    # The metadata's title may be the site's name on every page: JSON-LD's headline outweighs it.
    is_confirmed = has_jsonld(row.article, row.by) and all(other.source != "jsonld" for other in others)
    return "jsonld" in differing or ("og" in differing and not is_confirmed)


def _words(text: str | None) -> set[str]:
    return {word.casefold() for word in WORD.findall(text or "")}


def _share_words(one: str | None, other: str | None) -> bool:
    """Return whether two texts have words in common; one without long words is not known to differ."""
    ours, theirs = _words(one), _words(other)
    return not ours.isdisjoint(theirs) or not (ours and theirs)


def _date_is_missing(row: Row) -> bool:
    item = row.article
    has_feed_time = item.feed is not None and item.feed.published_at is not None
    return item.date_published is None and item.date_published_day is None and not has_feed_time


def _date_is_guessed(row: Row) -> bool:
    own = row.by.get("date_published")
    return own is not None and own.source == "structure" and own.agrees is not True and not near_feed(row.article)


def _is_after_feed(row: Row) -> bool:
    feed_time = row.article.feed.published_at if row.article.feed else None
    published = row.article.date_published
    return feed_time is not None and published is not None and published > feed_time + FEED_SLACK


def _body_is_missing(row: Row) -> bool:
    return not row.article.article_body and row.article.content_kind not in NO_TEXT_NEEDED


def _body_is_guessed(row: Row) -> bool:
    own = row.by.get("article_body")
    if own is None or not row.article.article_body:
        return False
    return own.source == "jsonld" or (own.source == "structure" and own.agrees is None)


def _contradicted(field: str) -> Callable[[Row], bool]:
    return lambda row: field in row.by and row.by[field].agrees is False


def _is_at_foreign_address(row: Row) -> bool:
    url, entry_url = row.article.url, row.entry_url
    if row.article.entity_id or entry_url is None or url is None or url == entry_url:
        return False
    one, other = (address.rpartition("/")[2].replace("_", "-") for address in (url, entry_url))
    return len(_words(one) & _words(other)) < MOST_BY_CHANCE


DOUBTS = (
    Doubt("headline_missing", "headline", "there is no headline", "a page without one is no article, or is misread",
          lambda row: not row.article.headline),
    Doubt("headline_guessed", "headline", "the headline comes from metadata, or from an h1 that nothing confirms",
          "metadata often has another headline than the page, and an h1 may be the site's name",
          _headline_is_guessed),
    Doubt("headline_contradicted", "headline", "the metadata names a headline without one word in common",
          "one of the two belongs to another article; a headline worded differently shares words",
          _headline_is_contradicted),
    Doubt("date_missing", "date", "neither page nor feed says when it was published, not even the day",
          "a page without any date may as well be a page about the site", _date_is_missing),
    Doubt("date_guessed", "date", "a date found by its shape, confirmed by neither JSON-LD nor the feed",
          "it may be today's date, or a date that the text speaks of", _date_is_guessed),
    Doubt("date_contradicted", "date", "the sources contradict each other about the time of publication",
          "one of them is wrong, and nothing says which", _contradicted("date_published")),
    Doubt("date_after_feed", "date", "published after its entry stood in the feed",
          "a day read as a month, or the time of a change", _is_after_feed),
    Doubt("body_missing", "body", "there is no text, and the page is not a video, gallery or live page",
          "the text is there and was not found", _body_is_missing),
    Doubt("body_guessed", "body", "the text is guessed: found by its shape alone, or JSON-LD's with its paragraphs "
          "glued together", "a dense text may be another article's, or a part of this one", _body_is_guessed),
    Doubt("body_contradicted", "body", "text and JSON-LD differ", "it is cut, or foreign blocks are in it",
          _contradicted("article_body")),
    Doubt("address_foreign", "identity",
          "the page has no article number, and names an address with other words as its own",
          "where every page names one address, each article would be a revision of the first", _is_at_foreign_address),
)  # fmt: skip
DOUBT_BY_NAME = {each.name: each for each in DOUBTS}


def doubts(row: Row) -> tuple[str, ...]:
    """Return the names of what makes a row doubtful."""
    return tuple(each.name for each in DOUBTS if each.is_raised(row))
