"""A walk down the archive: which page next, and when it is at its end; every page read goes into the coverage."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from espreso_crawler import identity
from espreso_crawler.ledger import Coverage, GapReason, Stretch
from espreso_crawler.pages import Feed, FeedEntry, Page
from espreso_crawler.pages.feed import page_number
from espreso_crawler.pages.listing import Listing, page_at
from espreso_crawler.spiders import order
from espreso_crawler.spiders.chain import Doubt, Entries, Shown, doubt, lowest
from espreso_crawler.spiders.known import Known, KnownTimes, Untimed, met, new
from espreso_crawler.spiders.search import Search
from espreso_crawler.spiders.tape import Tape

MOST_STEPS_BACK = 5
"""In one walk. A site whose cache gives pages of different ages would have it go to and fro for ever."""
MOST_LEVEL = 50
"""Pages in a row none of which is older than those before. The feed of a month fits on them, and no hour does."""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ask:
    """The page that a walk is to read next."""

    url: str
    is_again: bool = False
    """Whether its first answer was doubted: ask later in the run, and for no copy from a cache."""


@dataclass(slots=True)
class Walk:
    """One walk of one run, from a feed downwards; it leaps over what earlier walks read, to where they ended."""

    coverage: Coverage
    host: str
    stretch: Stretch
    since: datetime | None
    page_limit: int
    """Archive pages it may read; 0 for no bound. The few that a search looks at do not count."""
    untimed: Untimed
    above: Shown
    """The page that the next one has to continue: the feed at first, then the last archive page that was believed."""
    fresh: frozenset[str]
    """Addresses on it that the ledger did not know."""
    claimed: datetime
    """How far down this walk has read by itself."""
    top: Entries
    """What stood at the top of the archive when it began."""
    newest_tape: Tape
    """The feed that it began with."""
    more_url: str | None = None
    pages: int = 0
    asked: str = ""
    """Address of the page to read next."""
    search: Search | None = None
    """Under way when the walk is to go on far below the page it read last."""
    landing: Search | None = None
    """The search that ended with the page asked for: from there the walk goes on page by page."""
    found: Entries = ()
    """What stood on the page that the search found, when it was looked at."""
    steps_back: int = 0
    is_again: bool = False
    """Whether the page asked for was doubted before."""
    deepest: datetime | None = None
    """Oldest time on the pages read so far."""
    level: int = 0
    """Pages read since one was older than all before: an archive may go on for ever."""
    taken_up: set[datetime] = field(default_factory=set)
    """Lower ends of the stretches that it went on from."""

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
        known: Known,
    ) -> Self | None:
        """Note a start page's feed in the coverage; returns a walk when anything below it is missing."""
        host = identity.host_of(page.url)
        first = max(page_number(found.more_url or "") - 1, 1)
        feed = replace(Shown.of(first - 1, found.entries, Tape.of(found.entries), {}), is_feed=True)
        if not feed.times:
            return None
        oldest = order.low(feed.times)
        known_end = met(found.entries, feed, known, frozenset())
        is_known = all(known.get(url) == time for url, time in feed.standing)
        newest = order.high(feed.times)
        stretch = coverage.begin(host, newest=newest, oldest=oldest, since=since, met=known_end, is_known=is_known)
        untimed, fresh, tape = Untimed(known_times), new(feed, known), feed.tape
        walk = cls(
            coverage,
            host,
            stretch,
            since,
            page_limit,
            untimed,
            feed,
            fresh,
            oldest,
            feed.standing,
            tape,
            found.more_url,
        )
        if not stretch.is_open:
            if not (left_open := coverage.open_stretches(host)):
                return None
            walk._take_up(left_open[0])
        elif stretch.oldest < oldest:
            walk._search(above=first - 1)
        return walk

    def start_on(self, found: Listing, url: str, known: Known) -> None:
        """Take the list on the start page for the archive's first page, if it is that: nobody has to ask for it."""
        if not self.more_url or urlsplit(url).path != urlsplit(self.more_url).path or not self.above.is_feed:
            return
        shown = Shown.of(page_number(url), found.entries, self.above.tape, known, found.number)
        if shown.number != self.above.number + 1 or doubt(self.above, shown):
            return
        listed = dict(self.top)
        self.top += tuple((address, time) for address, time in shown.standing if address not in listed)
        if not self.search:
            self._believe(shown, found.entries, known)
            self.pages = 0

    def first_ask(self, left: int | None) -> Ask | None:
        """Return the archive page to read first: the one that the feed stands on, or one further down."""
        if not self.more_url:
            return self.give_up(GapReason.NO_LINK, "the feed has no link to more news")
        self.asked = self.more_url
        return self._go_on(left)

    def read(
        self, found: Listing, left: int | None, tape: Feed | None = None, *, known: Known, is_gone: bool = False
    ) -> Ask | None:
        """Note the page that was asked for in the coverage; returns the one to read next, None at the walk's end.

        `tape` is the feed on the same page; `is_gone` says that there is no such page.
        """
        tape_here = Tape.of(tape.entries if tape else [])
        shown = Shown.of(page_number(self.asked), found.entries, tape_here, known, found.number, is_gone=is_gone)
        if self.search:
            return self._look(shown, found.entries, left, known)
        if self.landing:
            return self._land(shown, found.entries, left, known)
        found_there, self.found = self.found, ()
        if found_there and not shown.overlaps(found_there):
            return self._search_again(shown, left)
        if odd := doubt(self.above, shown):
            return self._doubted(odd, shown, left)
        self._believe(shown, found.entries, known)
        return self._go_on(left)

    def give_up(self, reason: GapReason, detail: str | None = None) -> Ask | None:
        """Record the gap that an unfinished walk leaves; a later run closes it. There is nothing to ask for then."""
        self.coverage.give_up(self.stretch, reason, detail)
        return None

    def extend(self, shown: Shown, entries: Sequence[FeedEntry], known: Known) -> None:
        """Note in the coverage how far down a page leads that continues what was read."""
        has_times = any(entry.published_at for entry in entries)
        oldest = lowest(self.above, shown) if has_times else self.untimed.lowest(shown)
        self.claimed = min(self.claimed, oldest or self.claimed)
        self.stretch = self.coverage.extend(
            self.stretch,
            oldest=self.claimed,
            since=self.since,
            met=met(entries, shown, known, self.fresh),
            page=shown.number,
        )
        self.fresh = new(shown, known) | (self.fresh & frozenset(shown.addresses))
        leads_down = oldest is not None and (self.deepest is None or oldest < self.deepest)
        self.level = 0 if leads_down else self.level + 1
        self.deepest = oldest if leads_down else self.deepest

    def _believe(self, shown: Shown, entries: Sequence[FeedEntry], known: Known) -> None:
        """Take a page for the one that the next has to continue."""
        self.pages += shown.number > self.above.number
        self.is_again = False
        self.extend(shown, entries, known)
        self.above = shown.below(self.top, self.above)
        if self.stretch.is_open and self.stretch.oldest < self.claimed:
            self._search(shown.number, floor=shown.span[1] if shown.span else None)

    def _doubted(self, odd: Doubt, shown: Shown, left: int | None) -> Ask | None:
        """Ask once more for what is not believed, later in this run; after that it is the next run's."""
        if odd is Doubt.OLDER and self.steps_back < MOST_STEPS_BACK and shown.number > 1:
            # What would come before this page stands on the one above now, or this is an old copy from a cache.
            self.steps_back += 1
            return self._ask(page_at(self.asked, shown.number - 1), left, is_again=self.steps_back > 1)
        if odd.may_be_the_end and self.newest_tape.has_moved_up(shown.tape):
            odd = Doubt.OLDER  # a copy from when the archive was shorter
        if odd.may_be_the_end and self._is_the_end(odd):
            return self._go_on(left)
        if not self.is_again:
            return self._ask(self.asked, left, is_again=True)
        reason = GapReason.END_SEEN_ONCE if odd.may_be_the_end else GapReason.CONTRADICTION
        return self.give_up(reason, f"page {shown.number} is {odd.value}")

    def _is_the_end(self, odd: Doubt) -> bool:
        """Return whether the archive ends below the last page that was read; a look counts if it was a second one."""
        self.stretch = self.coverage.end_seen(
            self.stretch,
            sign=odd.value,
            after=self.above.addresses[-1],
            bottom=self.above.on_record[-1][1] if self.above.on_record else None,
            counts=self.is_again,
        )
        return not self.stretch.is_open

    def _look(self, shown: Shown, entries: Sequence[FeedEntry], left: int | None, known: Known) -> Ask | None:
        """Note a page that a search looks at, and go on from it if it is the one."""
        search = self.search
        assert search  # noqa: S101  # the caller has seen it
        if search.note(shown):
            self.search = None
            if shown.number in (shown.own_number, 1):
                return self._start_from(shown, entries, left, known)
            # It may be a copy of the page above: read that one, then see whether this one continues it.
            self.landing, self.found = replace(search, above=shown.number - 1, seen=()), shown.standing
            return self._ask(page_at(self.asked, shown.number - 1), left)
        return self._next(left)

    def _land(self, shown: Shown, entries: Sequence[FeedEntry], left: int | None, known: Known) -> Ask | None:
        """Go on from the page where a search ended, if it still shows what it showed then."""
        search, self.landing = self.landing, None
        assert search  # noqa: S101
        is_above = shown.span[0] > search.aim if shown.span else shown.number <= 1 and shown.overlaps(self.top)
        if is_above and not shown.is_first_again and (not search.seen or shown.overlaps(search.seen)):
            return self._start_from(shown, entries, left, known)
        return self._search_again(shown, left)

    def _start_from(self, shown: Shown, entries: Sequence[FeedEntry], left: int | None, known: Known) -> Ask | None:
        """Go on from a page that lies within what was read, or reaches into it."""
        self.above = shown
        self._believe(shown, entries, known)
        return self._go_on(left)

    def _search_again(self, shown: Shown, left: int | None) -> Ask | None:
        """Begin the search once more: pages have moved, or one of two answers was not this page's."""
        self.steps_back += 1
        if self.steps_back > MOST_STEPS_BACK:
            return self.give_up(GapReason.CONTRADICTION, f"page {shown.number} is another one at each look")
        self.found = ()
        self._search(above=0)
        return self._next(left)

    def _search(self, above: int, floor: datetime | None = None) -> None:
        """Begin a search for the lower end of the stretch, which lies far below a page."""
        self.is_again, self.claimed = False, self.stretch.oldest
        self.search = Search(self.stretch.oldest, above, floor or NEVER, hint=self.stretch.page)

    def _go_on(self, left: int | None) -> Ask | None:
        """Return what to read next; a walk that took up one stretch takes up the next when that is closed."""
        if not self.stretch.is_open:
            if not self.taken_up:
                return None
            left_open = self.coverage.open_stretches(self.host)
            if not (stretch := next((each for each in left_open if each.oldest not in self.taken_up), None)):
                return None
            self._take_up(stretch)
        return self._next(left)

    def _take_up(self, stretch: Stretch) -> None:
        """Go on where an earlier walk ended."""
        self.stretch, self.since = stretch, None  # how far down it is to go is on record
        self.taken_up.add(stretch.oldest)
        self._search(above=0)

    def _next(self, left: int | None) -> Ask | None:
        """Return the page after the last one that was believed, or the one that a search wants to see."""
        if self.search and (number := self.search.page()) is not None:
            return self._ask(page_at(self.asked, number), left)
        if self.search:
            # Only a page that lies in what was read, read right before the next, proves that nothing lies between.
            self.landing, self.search = self.search, None
            return self._ask(page_at(self.asked, max(self.landing.above, 1)), left)
        return self._ask(page_at(self.asked, self.above.number + 1), left)

    def _ask(self, url: str, left: int | None, *, is_again: bool = False) -> Ask | None:
        if left is not None and left <= 0:
            return self.give_up(GapReason.LIMIT)
        if self.level >= MOST_LEVEL:
            return self.give_up(GapReason.NO_PROGRESS, f"{MOST_LEVEL} pages in a row")
        if self.page_limit and self.pages >= self.page_limit:
            return self.give_up(GapReason.PAGE_LIMIT, f"{self.page_limit} pages")
        self.asked, self.is_again = url, is_again
        return Ask(url, is_again=is_again)
