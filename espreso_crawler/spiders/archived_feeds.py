"""What archived pages show of the feed: for the records of articles that are captured later, and for nothing else.

No entry of an archived feed becomes an entry of the ledger: it would be pending, and the next crawl would fetch it.
"""

from datetime import datetime

from espreso_crawler import identity
from espreso_crawler.items import FeedSighting
from espreso_crawler.pages import Feed, FeedEntry
from espreso_crawler.reading import FeedReading
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.seen import Seen
from espreso_crawler.spiders.sightings import observation

MOST = 20_000
"""Entries that are remembered, the newest: those of over a month."""


class ArchivedFeeds:
    """How entries first looked, and which label they had last; pages are to be told in the order of their capture."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._seen = Seen()
        self._first: dict[str, FeedSighting] = {}
        self._labels: dict[str, str | None] = {}

    def last_words(self, url: str) -> bytes | None:
        """Return the digest of the words of the feed that was read last on an address's host."""
        return self._seen.last_words(identity.host_of(url))

    def sighting(self, urls: tuple[str, ...]) -> tuple[FeedSighting | None, str | None]:
        """Return how an article's entry first looked, by any of its canonical addresses, and its label now."""
        known = next((url for url in urls if url in self._first), None)
        return (self._first[known], self._labels[known]) if known else (None, None)

    def read(self, reading: FeedReading | None, url: str, captured_at: datetime) -> None:
        """Take over the feed of a page, unless it is not to be trusted."""
        if reading is None or self._seen.is_repeated(identity.host_of(url), reading.words) or reading.found is None:
            return
        self._crawl.stats.inc_value(f"espreso/feed/read/{reading.found.way}")
        if self._is_trusted(reading.found, url):
            for entry in self._seen.moved(reading.found.entries):
                self._note(entry, url, captured_at)

    def _is_trusted(self, found: Feed, url: str) -> bool:
        is_trusted = self._crawl.keeper.gate.trusts(observation(found, url))
        if not is_trusted:
            self._crawl.stats.inc_value("espreso/feed/not_trusted")
        return is_trusted

    def _note(self, entry: FeedEntry, url: str, captured_at: datetime) -> None:
        first = FeedSighting(
            published_at=entry.published_at,
            label=entry.label,
            position=entry.position,
            important=entry.important,
            seen_at=captured_at.replace(microsecond=0),
            seen_on=url,
        )
        self._first.setdefault(entry.url, first)
        self._labels[entry.url] = entry.label
        while len(self._first) > MOST:
            oldest = next(iter(self._first))
            del self._first[oldest], self._labels[oldest]
