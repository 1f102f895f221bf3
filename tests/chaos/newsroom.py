"""What happens on the site while it is crawled: articles come, change and go, and some answers fail."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import get_args

from espreso_crawler.demo_site.stories import UpdateKind
from tests.crawls import ARTICLES
from tests.site import Control, Fault

# Of addresses of articles; robots.txt is spared, without it a crawl does not begin.
FAULTS = (
    Fault("status", "/*-*", probability=0.04, status=503),
    Fault("hang", "/*-*", probability=0.004, seconds=2),
    Fault("reset", "/*-*", probability=0.01),
    Fault("short", "/*-*", probability=0.01),
    Fault("status", "/news*", probability=0.03, status=502),
)
SLOW_PAGE = Fault("delay", "/*-*", after=2, times=1, seconds=2.5)
"""One page that comes late: the rows before it wait longer than they may in memory alone."""
HELD = Fault("hold", ARTICLES)
"""Articles that come when the site is told."""
YOUNG = 10
"""The newest articles, of six hours on average: only they change or go, so that the last re-check sees it."""
BURST = 70
"""Articles that come at once: more than a feed and an archive page show."""


@dataclass
class Newsroom:
    """The editors of a demo site."""

    control: Control
    chance: Random
    oldest: int = 0
    """Articles up to this number are left alone: they were there before the first crawl."""
    removed: set[int] = field(default_factory=set)
    is_quick: bool = False
    """Whether nothing goes, and all that changes shows in the feed, if a crawl looks before it has moved on."""

    def now(self) -> datetime:
        """Return the site's time."""
        return datetime.fromisoformat(self.control.state()["now"])

    def work(self) -> None:
        """Do a round's work: at least one article comes."""
        is_burst = self.chance.random() < 0.06 and not self.is_quick
        self.control.publish(BURST if is_burst else self.chance.randint(1, 3))
        for _ in range(self.chance.randint(0, 3)):
            self.act()

    def act(self) -> None:
        """Publish, update or remove one article."""
        draw = self.chance.random()
        if draw < 0.4:
            self.control.publish(1)
        elif victim := self._victim():
            # Feed times have no seconds: two edits within a minute look like one.
            self.control.advance(1)
            if draw < 0.9 or self.is_quick:
                kind = self.chance.choice(get_args(UpdateKind))
                self.control.update(victim, kind, silent=self.chance.random() < 0.3 and not self.is_quick)
            else:
                self.control.remove(victim, self.chance.choice((404, 410)))
                self.removed.add(victim)

    def _victim(self) -> int | None:
        newest = self.control.state()["newest"]
        young = [n for n in range(max(newest - YOUNG, self.oldest + 1), newest + 1) if n not in self.removed]
        return self.chance.choice(young) if young else None
