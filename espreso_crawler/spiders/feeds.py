"""Feed entries on their way into the ledger: each page's feed is read, what is new or moved is told and leased."""

from collections.abc import Iterable
from datetime import UTC, datetime

from espreso_crawler import identity
from espreso_crawler.ledger import Lease, Listed
from espreso_crawler.pages import Feed, FeedEntry
from espreso_crawler.reading import FeedReading
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.seen import Seen
from espreso_crawler.spiders.sightings import observation, sighting


class Feeds:
    """Turns feeds into leases of the entries that this run fetches."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._seen = Seen()

    def follow(self, found: Feed, url: str) -> list[Lease]:
        """Return leases for what a page's feed shows and is to be fetched now."""
        stats = self._crawl.stats
        stats.inc_value(f"espreso/feed/read/{found.way}")
        if found.wrong_weekdays:
            stats.inc_value("espreso/feed/wrong_weekday", found.wrong_weekdays)
        if not self._crawl.keeper.gate.trusts(observation(found, url)):
            self._note_addresses(found, url)
        return self.see(found.entries, url, in_feed=True)

    def last_words(self, url: str) -> bytes | None:
        """Return the digest of the words of the feed that was read last on an address's host."""
        return self._seen.last_words(identity.host_of(url))

    def follow_again(self, reading: FeedReading, url: str) -> list[Lease]:
        """Follow the feed of a page that was fetched anyway; one without a feed is counted, not an error."""
        if self._seen.is_repeated(identity.host_of(url), reading.words):
            return []
        if reading.is_missing:
            self._crawl.stats.inc_value("espreso/feed/missing")
        return self.follow(reading.found, url) if reading.found else []

    def see(self, entries: Iterable[FeedEntry], seen_on: str, *, in_feed: bool) -> list[Lease]:
        """Tell the ledger of entries that are new or moved since this run last saw them; the rest costs nothing."""
        moved = self._seen.moved(entries)
        if not moved:
            return []
        self._crawl.stats.inc_value("espreso/feed/entries", len(moved))
        if offsite := sum(not self._crawl.has_host_of(entry.url) for entry in moved):
            self._crawl.stats.inc_value("espreso/feed/offsite", offsite)
        return self._crawl.ledger.entries.see(
            [sighting(entry, in_feed=in_feed) for entry in moved],
            seen_at=datetime.now(UTC),
            seen_on=seen_on,
            hosts=self._crawl.hosts,
            wanted=self._crawl.wants,
            limit=self._crawl.left,
        )

    def _note_addresses(self, found: Feed, url: str) -> None:
        """Keep of a feed that is not to be trusted its links, for a later run, and let nobody see the rest."""
        self._crawl.stats.inc_value("espreso/feed/not_trusted")
        listed = [
            Listed(entry.url, identity.host_of(entry.url), identity.edition_of(entry.url)) for entry in found.entries
        ]
        self._crawl.ledger.listings.note(listed, seen_at=datetime.now(UTC), seen_on=url, hosts=self._crawl.hosts)
        found.entries = []
