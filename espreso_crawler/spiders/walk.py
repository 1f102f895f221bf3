"""A walk down the archive: which page next, and when it is at its end; every page read goes into the coverage."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_high
from typing import Self

from espreso_crawler import identity
from espreso_crawler.ledger import Stretch
from espreso_crawler.ledger.coverage import Coverage
from espreso_crawler.pages import Feed, FeedEntry, Page
from espreso_crawler.pages.feed import page_number
from espreso_crawler.pages.listing import Listing, page_at
from espreso_crawler.spiders.search import Search
from espreso_crawler.spiders.tape import NEVER, Tape

KnownTimes = Callable[[Collection[str]], Sequence[datetime]]
"""Returns the times that the ledger knows of entries, by their addresses."""
MOST_STEPS_BACK = 5
"""In one walk. A site whose cache gives pages of different ages would have it go to and fro for ever."""
MOST_LEVEL = 50
"""Pages in a row none of which is older than those before. The feed of a month fits on them, and no hour does."""
LEVEL = f"{MOST_LEVEL} pages of the archive in a row lead no further down"
NO_FIT = "the page does not fit the one before it: its feed is older"


@dataclass(slots=True)
class Walk:
    """One walk of one run, from a feed downwards; it leaps over what earlier walks read, to where they ended."""

    coverage: Coverage
    host: str
    stretch: Stretch
    since: datetime | None
    page_limit: int
    """Archive pages it may read; 0 for no bound. The few that a search looks at do not count."""
    known_times: KnownTimes
    pages: int = 0
    asked: str = ""
    """Address of the page to read next."""
    last: frozenset[str] = frozenset()
    """Addresses on the page before: one that repeats a page has ended, unless as many articles came meanwhile."""
    search: Search | None = None
    """Under way when the walk is to go on far below the page it read last."""
    landing: int | None = None
    """The upper one of two pages between which a search ended: from there the walk goes on page by page."""
    landed: datetime | None = None
    """The aim of that search."""
    steps_back: int = 0
    deepest: datetime | None = None
    """Oldest time on the pages read so far."""
    level: int = 0
    """Pages read since one was older than all before: an archive may go on for ever."""
    tape: Tape = field(default_factory=lambda: Tape.of(None))
    """The feed on the page before."""
    untimed: list[frozenset[str]] = field(default_factory=list)
    """Addresses on pages without times, below the last one whose time became known."""

    @classmethod
    def begin(
        cls,
        coverage: Coverage,
        found: Feed,
        page: Page,
        *,
        since: datetime | None,
        page_limit: int,
        known_times: KnownTimes,
    ) -> Self | None:
        """Note a start page's feed in the coverage; returns a walk when something below it is missing.

        If nothing is, what an earlier walk left open further down is taken up.
        """
        host = identity.host_of(page.url)
        times = _times(found.entries)
        if not times:
            return None
        stretch = coverage.begin(host, newest=max(times), oldest=min(times), since=since)
        if not stretch.is_open:
            if not (left_open := coverage.open_stretches(host)):
                return None
            stretch, since = left_open[0], None  # how far down it is to go is on record
        walk = cls(coverage, host, stretch, since, page_limit, known_times, tape=Tape.of(found))
        walk._leap(page_number(found.more_url or "") - 1, times, floor=max(times))  # it may span several pages
        return walk

    def first_url(self, found: Feed, left: int | None) -> str | None:
        """Return the archive page to read first: the one that "More news" leads to, or one further down."""
        number = self.search.page() if self.search else None
        url = page_at(found.more_url, number) if found.more_url and number else found.more_url
        return self._next(url, left, "the feed has no link to more news")

    def read(self, found: Listing, left: int | None, tape: Feed | None = None) -> str | None:
        """Note the page that was asked for in the coverage; returns the one to read next, None at the walk's end.

        `tape` is the feed on the same page.
        """
        number, times = page_number(self.asked), _times(found.entries)
        self.tape = self.tape.then(tape)
        if not self._belongs(number, times):
            return self._next(self._next_looked_at(), left)
        if number > 1 and (self.tape.has_shrunk or self._is_first_too_deep(found, times)):
            return self._step_back(number, left)
        self.pages += 1
        addresses = frozenset(entry.url for entry in found.entries)
        is_repeated, self.last = addresses == self.last, addresses
        if not addresses or (is_repeated and self.tape.is_still):
            self._end()
            return None
        if is_repeated and not self.tape.shown:
            return self._next(None, left, "the archive repeats a page, and no feed tells whether articles came")
        oldest = min(times, default=None) or self._oldest_known(addresses)
        if oldest:
            self.stretch = self.coverage.extend(self.stretch, oldest=oldest, since=self.since)
        if not self.stretch.is_open:
            return None
        self._note_depth(oldest)
        self._leap(number, times)
        url = self._next_looked_at() if self.search else found.next_url
        return self._next(url, left, "the archive page has no link to the next")

    def _note_depth(self, oldest: datetime | None) -> None:
        leads_down = oldest is not None and (self.deepest is None or oldest < self.deepest)
        self.level = 0 if leads_down else self.level + 1
        self.deepest = oldest if leads_down else self.deepest

    def _end(self) -> None:
        """Note the end of the archive."""
        oldest = self.stretch.oldest
        self.stretch = self.coverage.extend(self.stretch, oldest=oldest, since=self.since, end_of_archive=True)

    def _step_back(self, number: int, left: int | None) -> str | None:
        """Return the page before: what would come before this one stands there; or it is an old copy from a cache."""
        self.steps_back += 1
        self.last = frozenset()
        fits = self.steps_back <= MOST_STEPS_BACK
        return self._next(page_at(self.asked, number - 1) if fits else None, left, f"{self.asked}: {NO_FIT}")

    def give_up(self, reason: str) -> None:
        """Record the gap that an unfinished walk leaves; a later run closes it."""
        self.coverage.give_up(self.stretch, reason)

    def _belongs(self, number: int, times: Collection[datetime]) -> bool:
        """Return whether a page continues what was read: always, but for a search's, which is to overlap its end."""
        if self.search:
            is_found = self.search.note(number, times)
            self.search = None if is_found else self.search
            return is_found
        if number == self.landing and self.landed and times and max(times) <= self.landed:
            # Articles were removed meanwhile, and the pages moved up.
            self.search = Search(self.landed, above=0, floor=NEVER, below=number)
            self.landing = self.landed = None
            return False
        return True

    def _is_first_too_deep(self, found: Listing, times: Collection[datetime]) -> bool:
        """Return whether entries may lie between the feed and the first page, for pages are longer than the feed."""
        bottom = min(self.tape.shown.values(), default=None)
        is_first = self.pages == 0 and page_number(self.asked) > 1 and self.landed is None
        return bool(is_first and bottom and times and len(found.entries) > len(self.tape.shown) and max(times) < bottom)

    def _leap(self, number: int, times: Collection[datetime], floor: datetime | None = None) -> None:
        """Begin a search when the stretch ends below page `number`, which shows these times."""
        if times and self.stretch.oldest < min(times) and self.stretch.oldest != self.landed:
            self.search = Search(self.stretch.oldest, above=number, floor=floor or min(times))

    def _next_looked_at(self) -> str | None:
        """Return the page that the search looks at; where it ends between two, the upper one, read once more.

        Only a page that overlaps what was read, read right before the one below it, proves that nothing lies between.
        """
        if self.search is None:
            return None
        if (number := self.search.page()) is None:
            self.landing, self.landed = max(self.search.above, 1), self.search.aim
            number, self.search = self.landing, None
        return page_at(self.asked, number)

    def _oldest_known(self, addresses: frozenset[str]) -> datetime | None:
        """Return how far down pages without times lead, by the articles on them that were fetched meanwhile.

        The median of a page's known times: an update moves an entry up, while its article stays as old as it is.
        """
        self.untimed.append(addresses)
        oldest = None
        while self.untimed and len(known := self.known_times(self.untimed[0])) * 2 > len(self.untimed[0]):
            oldest = median_high(known)
            del self.untimed[0]
        return oldest

    def _next(self, url: str | None, left: int | None, missing: str = "") -> str | None:
        reason = None
        if not url:
            reason = missing
        elif left is not None and left <= 0:
            reason = "limit reached"
        elif self.level >= MOST_LEVEL:
            reason = LEVEL
        elif self.page_limit and self.pages >= self.page_limit:
            reason = f"page limit of {self.page_limit} reached"
        if reason:
            self.give_up(reason)
            return None
        self.asked = url or ""
        return url


def _times(entries: list[FeedEntry]) -> list[datetime]:
    return [entry.published_at for entry in entries if entry.published_at]
