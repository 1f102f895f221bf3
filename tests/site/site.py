"""The state of one site of the tests: that of the demo site, its faults and robots.txt, and the truth about articles."""

from collections.abc import Iterator
from datetime import datetime

from espreso_crawler import demo_site
from espreso_crawler.demo_site.timeline import kyiv_time
from tests.site.faults import FaultPlan
from tests.site.options import SiteOptions
from tests.site.truth import Standing, Truth, truth_of


class Site(demo_site.Site):
    """One edition of the site; numbers count articles from 1 as published, times are aware."""

    options: SiteOptions

    def __init__(self, options: SiteOptions | None = None) -> None:
        options = options or SiteOptions()
        super().__init__(options)
        self.faults = FaultPlan(self.seed, options.faults)
        self.robots = options.robots
        self.disallow = options.disallow

    def reset(self) -> None:
        """Return to the site's options; forget updates and removals."""
        super().reset()
        self.faults.replace(self.options.faults)
        self.robots, self.disallow = self.options.robots, self.options.disallow

    def truth(self, number: int, base: str = "") -> Truth:
        """Return what a crawler should read from an article now; `base` is the site's URL without a slash."""
        updates = self.updates(number)
        loud = [update.minute for update in updates if not update.is_silent]
        feed_minute = loud[-1] if loud else self.timeline.published_minute(number)
        standing = Standing(kyiv_time(feed_minute), 1 + len(updates), self.removed_with(number))
        article = self.article(number)
        return truth_of(article, map(self.brief, article.related), standing, self.words, base)

    def truths(self, since: datetime, until: datetime, base: str = "") -> Iterator[Truth]:
        """Yield the truth of every article published between two instants, oldest first."""
        return (self.truth(number, base) for number in self.numbers(since, until))
