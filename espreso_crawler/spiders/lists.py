"""Lists of addresses on their way into the ledger, from where `Backlog` takes them."""

from datetime import UTC, datetime

from espreso_crawler.pages.lists import AddressList, ListEntry
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.sightings import listed

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Lists:
    """Notes what sitemaps and RSS name; how many of which kind is counted as ``espreso/list/…``."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    def note(self, found: AddressList, url: str) -> None:
        """Tell the ledger what a list names and may lie in the span, newest first."""
        wanted = [entry for entry in found.entries if self._crawl.may_hold(_latest(entry))]
        wanted.sort(key=lambda entry: _latest(entry) or EARLIEST, reverse=True)
        tallies = self._crawl.ledger.listings.note(
            [listed(entry) for entry in wanted], seen_at=datetime.now(UTC), seen_on=url, hosts=self._crawl.hosts
        )
        tallies["too_old"] = len(found.entries) - len(wanted)
        tallies["unusable"] = found.unusable
        for name, count in tallies.items():
            self._crawl.stats.inc_value(f"espreso/list/{name}", count)
        if not found.is_whole:
            self._crawl.failed(url, "the list is cut, broken or too long; what could be read of it is taken")


def _latest(entry: ListEntry) -> datetime | None:
    """Return the last time at which an entry can have been published; a change comes after publication."""
    times = [entry.published_at, entry.changed[1] if entry.changed else None]
    return min((each for each in times if each), default=None)
