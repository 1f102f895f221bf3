"""The promise of the walks, tried on drawn sites: ``python -m tests.spiders.promise 2000`` tries so many.

At any time every article that the site ever listed is known to the ledger, or lies inside a recorded gap or an open
stretch, or above or below all that any crawl was asked for.
"""

import sys
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from espreso_crawler.ledger import Ledger, new_run_id
from espreso_crawler.pages import FeedEntry, Page
from espreso_crawler.spiders.sightings import sighting
from espreso_crawler.spiders.walk import Walk
from tests.ledger.builders import HOST, NOON, open_ledger
from tests.site.moving_list import END_LIKE, NEWS, Item, Lie, MovingList, minute_of, time_of

FIRST = -100_000
"""A minute before every article."""
MOST_PAGES = 400
"""That one run may ask for: more, and it does not end."""


class KilledError(Exception):
    """The process of a run has died."""


@dataclass
class Newsreader:
    """Runs the real walk over the real ledger, page by page, and looks after each step whether the promise holds."""

    site: MovingList
    ledger: Ledger
    chance: Random
    kill_chance: float = 0.0
    events: float = 0.0
    """Chance that something happens on the site before a page is read."""
    story: list[tuple[str, object]] = field(default_factory=list)
    """What happened: a word each, and what to show of it when something is lost."""

    def run(self, *, since: int | None = None, limit: int = 0) -> None:
        """Crawl once."""
        self.ledger.session.run = new_run_id(NOON)
        self.site.asked = []
        self.story.append((f"run, since {since}, limit {limit}", tuple(self.site.items)))
        try:
            self._crawl(None if since is None else time_of(since), limit)
        except KilledError:
            self.story.append(("killed", ()))
        self.check()

    def check(self) -> None:
        """Raise AssertionError for an article that is nowhere."""
        stretches, gaps = self.ledger.coverage.stretches([HOST]), self.ledger.coverage.gaps([HOST])
        known = {row[0] for row in self.ledger.session.db.rows("SELECT url FROM entries")}
        for item in self.site.listed.values():
            if item.url in known or item.number in self.site.removed:
                continue
            at = time_of(item.minute)
            is_claimed = any(at < each.newest and (each.has_end or each.oldest < at) for each in stretches)
            assert not is_claimed, self.told(f"{shown(item)} is lost")
            is_between = bool(stretches) and min(s.oldest for s in stretches) < at < max(s.newest for s in stretches)
            in_gap = any((gap.oldest is None or gap.oldest <= at) and at <= gap.newest for gap in gaps)
            assert in_gap or not is_between, self.told(f"{shown(item)} is in no gap: {gaps}")

    def told(self, what: str) -> str:
        """Return what is wrong, and how it came to that."""
        site = self.site
        lines = [what, f"the archive ends {site.end}, {site.has_times=} {site.has_numbers=} {site.pins_everywhere=}"]
        for word, things in self.story:
            text = " ".join(map(shown, things)) if isinstance(things, tuple | list) else str(things)
            lines.append(f"{word}: {text}")
        return "\n".join([*lines, str(self._stands())])

    def _stands(self) -> list[tuple[int, int, str]]:
        """Return the stretches in minutes."""
        return [
            (minute_of(each.newest), minute_of(each.oldest), "open" if each.is_open else "closed")
            for each in self.ledger.coverage.stretches([HOST])
        ]

    def _crawl(self, since: datetime | None, limit: int) -> None:
        coverage, answer = self.ledger.coverage, self.site.start()
        known = self._known(entry.url for entry in answer.feed.entries)
        self._see("feed", answer.feed.entries, in_feed=True)
        page = Page.read(b"<p></body></html>", url=NEWS, fetched_at=NOON)
        walk = Walk.begin(
            coverage, answer.feed, page, since=since, page_limit=limit, known_times=self._times, known=known
        )
        self._after_step()
        if walk is None:
            return
        others = (entry.url for entry in answer.listing.entries if entry.url not in walk.above.addresses)
        known |= self._known(others)
        self._see("its list", answer.listing.entries, in_feed=False)
        walk.start_on(answer.listing, NEWS, known)
        self._after_step()
        ask = walk.first_ask(None)
        while ask:
            if self.chance.random() < self.events:
                self.site.act()
            assert len(self.site.asked) < MOST_PAGES, self.told("the walk does not end")
            answer = self.site.answer(ask.url)
            known = self._known(entry.url for entry in answer.listing.entries)
            self.story.append(("with feed", answer.feed.entries))
            self._see(f"page {self.site.asked[-1]}", answer.listing.entries, in_feed=False)
            ask = walk.read(answer.listing, None, answer.feed, known=known, is_gone=answer.is_gone)
            self._after_step()

    def _see(self, where: str, entries: list[FeedEntry], *, in_feed: bool) -> None:
        self.story.append((where, entries))
        sightings = [sighting(entry, in_feed=in_feed) for entry in entries]
        if sightings:
            self.ledger.entries.see(sightings, seen_at=NOON, seen_on=NEWS)
        if self.chance.random() < self.kill_chance:
            raise KilledError

    def _after_step(self) -> None:
        self.story.append(("read", str(self._stands())))
        self.check()
        if self.chance.random() < self.kill_chance:
            raise KilledError

    def _known(self, urls: Iterable[str]) -> dict[str, datetime | None]:
        """Return what the ledger knows of entries; those that stood in no feed have their article's time."""
        known = self.ledger.entries.known(list(urls))
        return {url: time or self._published(url) for url, time in known.items()}

    def _times(self, urls: Collection[str]) -> list[datetime]:
        return [time for time in self._known(urls).values() if time]

    def _published(self, url: str) -> datetime:
        return time_of(self.site.published[int(url.rpartition("-")[2])])


def shown(thing: FeedEntry | Item) -> str:
    """Return an article as number and minute, as it stands in a list."""
    number = thing.url.rpartition("-")[2]
    minute = thing.minute if isinstance(thing, Item) else thing.published_at and minute_of(thing.published_at)
    return number if minute is None else f"{number}@{minute}"


def drawn(chance: Random) -> MovingList:
    """Return a site with some articles."""
    site = MovingList(
        chance,
        page_size=chance.randint(5, 8),
        feed_size=chance.randint(5, 9),
        end=chance.choice(("empty", "gone", "repeated", "first")),
        has_times=chance.random() < 0.85,
        has_numbers=chance.random() < 0.5,
        pins_everywhere=chance.random() < 0.2,
    )
    site.publish(chance.randint(6, 60))
    for _ in range(chance.randint(0, 6)):
        site.act()
    return site


def lying(chance: Random, used: set[str], *, has_numbers: bool) -> dict[int, tuple[Lie, int]]:
    """Return what a run's pages lie, by number, and how often; what looks like an end is used once a site."""
    lies: dict[int, tuple[Lie, int]] = {}
    allowed: list[Lie] = ["stale", *(lie for lie, sign in END_LIKE.items() if sign not in used)]
    for _ in range(chance.randint(0, 4)):
        page, lie = chance.randint(0, 10), chance.choice(allowed)
        if page >= 2 or lie == "stale":
            lies[page] = (lie, chance.choice((1, 2, 99)))
    if not has_numbers:  # pages that say nothing of themselves, all one behind: nobody can tell
        for page in sorted(lies):
            if lies[page][0] == "above" and page - 1 in lies and lies[page - 1][0] == "above":
                del lies[page]
    used |= {END_LIKE[lie] for lie, _ in lies.values() if lie in END_LIKE}
    return lies


def try_site(chance: Random, root: Path) -> None:
    """Draw a site and some runs, then healthy ones; raise AssertionError for what breaks the promise."""
    site, used = drawn(chance), set[str]()
    ledger = open_ledger(root, memory=True)
    try:
        reader = Newsreader(site, ledger, chance)
        for _ in range(chance.randint(3, 6)):
            told = lying(chance, used, has_numbers=site.has_numbers)

            def lies(page: int, told: dict[int, tuple[Lie, int]] = told) -> Lie | None:
                lie, left = told.get(page, (None, 0))
                if lie:
                    told[page] = (lie, left - 1)
                return lie if left > 0 else None

            site.lies = lies
            reader.story.append(("lies", str(told)))
            reader.kill_chance = chance.choice((0, 0, 0, 0.1))
            reader.events = chance.choice((0, 0.2, 0.6))
            reader.run(since=chance.choice((None, None, site.minute - 40, FIRST)), limit=chance.choice((0, 0, 0, 1, 3)))
            for _ in range(chance.choice((0, 1, 5, 25))):
                site.act()
                reader.check()
        reader.kill_chance = reader.events = 0.0
        site.lies = lambda _page: None
        for _ in range(2):
            reader.run(since=FIRST)
        unknown = [
            item
            for item in site.listed.values()
            if item.number not in site.removed and item.url not in ledger.entries.known([item.url])
        ]
        assert not unknown, reader.told(f"not read by two healthy runs: {unknown}")
        for _ in range(6):
            reader.run(since=FIRST)
        assert ledger.coverage.gaps() == [], reader.told(f"still open: {ledger.coverage.gaps()}")
        reader.run(since=FIRST)
        assert site.asked == [], "nothing is left to be asked for"
    finally:
        ledger.abandon()


def main(count: int) -> None:
    """Try so many drawn sites; the first that breaks the promise is shown as small as it can be made."""
    tried = 0
    began = time.monotonic()
    with TemporaryDirectory() as root:

        @settings(
            max_examples=count,
            derandomize=False,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(st.randoms(use_true_random=False))
        def tries(chance: Random) -> None:
            nonlocal tried
            tried += 1
            try_site(chance, Path(root))

        tries()
    print(f"{tried} sites drawn in {time.monotonic() - began:.0f} s: the promise holds")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
