"""The state of one demo site: articles, clock, updates and removals, the layout and the latency in force."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import get_args

from espreso_crawler.demo_site.articles import Article, Brief, Newsroom
from espreso_crawler.demo_site.chance import mixed
from espreso_crawler.demo_site.clock import Clock
from espreso_crawler.demo_site.edition import edition
from espreso_crawler.demo_site.history import (
    FeedState,
    History,
    Removal,
    Update,
    feed_slice,
    revised,
    revised_brief,
)
from espreso_crawler.demo_site.options import SiteOptions
from espreso_crawler.demo_site.stories import Story, UpdateKind, at
from espreso_crawler.demo_site.tape import Entry
from espreso_crawler.demo_site.timeline import Timeline, kyiv_time, minute_of


class Site:
    """One edition of the demo site; numbers count articles from 1 as published, times are aware."""

    def __init__(self, options: SiteOptions | None = None, stories: Iterable[Story] = ()) -> None:
        self.options = options or SiteOptions()
        self.words = edition(self.options.language)
        # Two editions of one seed must not be translations of each other with the same ids.
        self.seed = mixed(self.options.seed, *self.words.language.encode()) >> 32
        self.timeline = Timeline(self.options.first_day, self.options.per_day, self.seed)
        self.stories = {self.timeline.newest(minute_of(story.by)): story for story in stories}
        """Articles that are written beforehand, by number."""
        self.newsroom = Newsroom(self.words, self.timeline, self.seed, self.options.spells, self.stories)
        self.clock = Clock(self.options.now, self.options.clock_rate)
        self.layout = self.options.layout
        self.latency = self.options.latency
        self.changes = 0
        """Grows with every update and removal: what was rendered before one is stale."""
        self._history = History()
        self._feed_state = lru_cache(maxsize=2)(self._make_feed_state)
        self._plan()

    @property
    def minute(self) -> int:
        """The site's time in whole minutes since 1970 (UTC)."""
        return minute_of(self.clock.now())

    @property
    def newest(self) -> int:
        """The number of the article published last."""
        return self.timeline.newest(self.minute)

    def publish(self, count: int = 1) -> int:
        """Move the clock until at least `count` more articles are out; return the newest number."""
        self.clock.set(self.timeline.published(self.newest + count))
        return self.newest

    def advance(self, minutes: float) -> None:
        """Move the clock by so many minutes, also backwards."""
        now = self.clock.now()
        self.clock.set(datetime.fromtimestamp(now.timestamp() + minutes * 60, now.tzinfo))

    def update(
        self,
        number: int,
        at: datetime | None = None,
        kind: UpdateKind = "text",
        *,
        silent: bool = False,
        text: str = "",
    ) -> None:
        """Edit a published article (default: now); unless silent, the feed shows it again as Updated.

        `text` is the new headline or the paragraph that is added; an empty one is invented.
        """
        self._require_published(number)
        if kind not in get_args(UpdateKind):
            raise ValueError(f"unknown update {kind!r}: one of {', '.join(get_args(UpdateKind))}")
        minute = minute_of(at) if at else self.minute
        self._history.add_update(number, Update(minute, kind, silent, text))
        self.changes += 1

    def remove(self, number: int, status: int = 404, at: datetime | None = None) -> None:
        """Take an article off the site from an instant (default: now) on: its address answers 404 or 410."""
        self._require_published(number)
        self._history.add_removal(number, Removal(minute_of(at) if at else self.minute, status))
        self.changes += 1

    def reset(self) -> None:
        """Return to the site's options: clock, layout, latency; forget updates and removals."""
        self.clock.set(self.options.now)
        self.layout, self.latency = self.options.layout, self.options.latency
        self._history.clear()
        self._plan()

    def updates(self, number: int) -> list[Update]:
        """Return the updates of an article so far, oldest first."""
        return self._history.updates(number, self.minute)

    def brief(self, number: int) -> Brief:
        """Return what the feed shows of an article now."""
        brief = self.newsroom.brief(number)
        updates = self.updates(number)
        return revised_brief(brief, updates, self.newsroom) if updates else brief

    def article(self, number: int) -> Article:
        """Return an article as its page shows it now."""
        article = self.newsroom.article(number)
        updates = self.updates(number)
        return revised(article, updates, self.newsroom) if updates else article

    def modified(self, number: int) -> datetime:
        """Return when an article was changed last, to the minute."""
        updates = self.updates(number)
        return kyiv_time(updates[-1].minute) if updates else self.timeline.published(number)

    def removed_with(self, number: int) -> int | None:
        """Return the status a removed article answers with now; None while it stands."""
        return self._history.removed_with(number, self.minute)

    def entries(self, start: int, count: int) -> list[Entry]:
        """Return `count` entries of the feed from place `start` (0 is the newest)."""
        state = self._feed_state(self.minute, self.changes)
        return [Entry(minute, self.brief(number)) for minute, number in feed_slice(state, self.newsroom, start, count)]

    def numbers(self, since: datetime, until: datetime) -> range:
        """Return the numbers of the articles published between two instants, both included, up to now."""
        first = self.timeline.newest(minute_of(since - timedelta(seconds=1)))
        return range(first + 1, min(self.timeline.newest(minute_of(until)), self.newest) + 1)

    def _plan(self) -> None:
        """Note what becomes of the stories; it takes effect when the clock gets there."""
        for number, story in self.stories.items():
            later = story.later
            if later is None:
                continue
            if later.kind == "removal":
                self._history.add_removal(number, Removal(minute_of(at(story.by, later.at)), 410))
            else:
                update = Update(minute_of(at(story.by, later.at)), later.kind, later.is_silent, later.text)
                self._history.add_update(number, update)
        self.changes += 1

    def _make_feed_state(self, minute: int, _changes: int) -> FeedState:
        return self._history.feed_state(self.timeline.newest(minute), minute)

    def _require_published(self, number: int) -> None:
        if not 1 <= number <= self.newest:
            raise ValueError(f"article {number} is not published: the newest is {self.newest}")
