"""A walk down the archive: which page next, and when it is at its end; every page read goes into the coverage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from espreso_crawler import identity
from espreso_crawler.ledger import Stretch
from espreso_crawler.ledger.coverage import Coverage
from espreso_crawler.pages import Feed, FeedEntry, Page
from espreso_crawler.pages.listing import Listing


@dataclass(slots=True)
class Walk:
    """One walk of one run, from a feed downwards."""

    coverage: Coverage
    host: str
    stretch: Stretch
    since: datetime | None
    page_limit: int
    """Archive pages it may read; 0 for no bound."""
    pages: int = 0
    last: frozenset[str] = frozenset()
    """Addresses on the page before: an archive that repeats a page has ended."""

    @classmethod
    def begin(
        cls, coverage: Coverage, found: Feed, page: Page, *, since: datetime | None, page_limit: int
    ) -> Self | None:
        """Note a start page's feed in the coverage; returns a walk when something below it is missing."""
        host = identity.host_of(page.url)
        times = _times(found.entries)
        if not times:
            return None
        stretch = coverage.begin(host, newest=max(times), oldest=min(times), since=since)
        return cls(coverage, host, stretch, since, page_limit) if stretch.is_open else None

    def first_url(self, found: Feed, left: int | None) -> str | None:
        """Return the archive page that "More news" leads to."""
        return self._unless_ended(found.more_url, left, "the feed has no link to more news")

    def read(self, found: Listing, left: int | None) -> str | None:
        """Note an archive page in the coverage; returns the page to read next, None at the end of the walk."""
        self.pages += 1
        addresses = frozenset(entry.url for entry in found.entries)
        times = _times(found.entries)
        if not addresses or addresses == self.last:
            self.stretch = self.coverage.extend(
                self.stretch, oldest=self.stretch.oldest, since=self.since, end_of_archive=True
            )
            return None
        self.last = addresses
        if times:
            self.stretch = self.coverage.extend(self.stretch, oldest=min(times), since=self.since)
        if not self.stretch.is_open:
            return None
        return self._unless_ended(found.next_url, left, "the archive page has no link to the next")

    def give_up(self, reason: str) -> None:
        """Record the gap that an unfinished walk leaves; a later run closes it."""
        self.coverage.give_up(self.stretch, reason)

    def _unless_ended(self, url: str | None, left: int | None, missing: str) -> str | None:
        reason = None
        if not url:
            reason = missing
        elif left is not None and left <= 0:
            reason = "limit reached"
        elif self.page_limit and self.pages >= self.page_limit:
            reason = f"page limit of {self.page_limit} reached"
        if reason:
            self.give_up(reason)
            return None
        return url


def _times(entries: list[FeedEntry]) -> list[datetime]:
    return [entry.published_at for entry in entries if entry.published_at]
