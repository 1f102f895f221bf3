"""What a feed says of an entry and what a lease hands out; rows without the ledger's own knowledge, no database."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import orjson

from espreso_crawler.ledger.times import epoch_of

BLANK = {
    "state": "new",
    "attempts": 0,
    "next_attempt": 0,
    "fetched_as": None,
    "leased_at": None,
    "dated": None,
    "next_look": None,
    "article": None,
    "article_key": None,
}
"""What an entry is before anything was done about it."""


MINUTE = 60


@dataclass(frozen=True, slots=True)
class Sighting:
    """One entry as it stood in a feed."""

    url: str
    """Canonical address: the key of the entry."""
    host: str
    """Host (and port) of the address: whose crawls may fetch it."""
    edition: str
    headline: str
    label: str | None = None
    published_at: str | None = None
    """Feed time, RFC 3339 with offset."""
    position: int = 0
    """From 1 at the top of the feed."""
    important: bool = False
    in_feed: bool = True
    """False for an archive page: it shows neither label nor mark, so it says nothing new of a known entry."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One address in a list that is no feed: a sitemap, RSS."""

    url: str
    """Canonical address: the key of the entry."""
    host: str
    edition: str
    headline: str = ""
    published_at: str | None = None
    """When the list says that it was published, RFC 3339 with offset."""
    changed: int | None = None
    """Seconds since 1970: the page changed then or later, it is not known how much later."""
    latest: int | None = None
    """Seconds since 1970: the article was published then or before."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An entry this run is to fetch, and no other run meanwhile."""

    url: str
    host: str
    edition: str
    headline: str
    attempt: int
    why: Literal["new", "moved", "due", "look", "page"]
    feed: dict[str, Any] | None
    """The record's ``feed``: first sighting (published_at, label, position, important, seen_at, seen_on); the
    article's, under another address, when no feed showed this one."""
    article: str | None
    """Id of the article when it is known."""
    label: str | None = None
    """Label on the entry as it stands in the feed now."""


def entry_row(sighting: Sighting, seen_at: str, seen_on: str | None) -> dict[str, Any]:
    """Return a sighting as a row of ``entries``; `seen_at` is UTC text, `seen_on` None when it was in no feed."""
    first = {
        "published_at": sighting.published_at,
        "label": sighting.label,
        "position": sighting.position,
        "important": sighting.important,
        "seen_at": seen_at,
        "seen_on": seen_on,
    }
    entry = {
        "url": sighting.url,
        "host": sighting.host,
        "edition": sighting.edition,
        "headline": sighting.headline,
        "label": sighting.label,
        "published_at": sighting.published_at,
        "published": epoch_of(sighting.published_at),
        "position": sighting.position,
        "important": sighting.important,
        "first": orjson.dumps(first).decode() if seen_on else None,
        "seen_at": seen_at,
    }
    return entry | {"fingerprint": fingerprint(entry)}


def fingerprint(entry: dict[str, Any]) -> str:
    """Return what a move in the feed changes: label, time and headline as one short digest."""
    text = f"{entry['label']}\0{entry['published']}\0{entry['headline']}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def has_moved(entry: dict[str, Any]) -> bool:
    """Whether the feed says something new of an entry since it was fetched.

    One that was fetched before it stood in any feed has nothing to compare: then its feed time decides, and that a feed
    shows it at all where its page seemed to be no article.
    """
    if entry["fetched_as"] is not None:
        return bool(entry["fetched_as"] != entry["fingerprint"])
    if entry["state"] == "not_article":
        return True
    published, leased_at = entry["published"], entry["leased_at"]
    return published is not None and leased_at is not None and published + MINUTE > leased_at
