"""The first lines of a crawl's log: what it is about to do, how fast, and what is unusual about it."""

import logging
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from espreso_crawler.extensions.ledger import keeper_of

logger = logging.getLogger(__name__)


class AnnouncementExtension:
    """Says what a spider was asked for, once the progress extension lets it: a poll without news needs no word."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._has_told = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Warn at once of what is unusual."""
        if not hasattr(crawler.spider, "arguments"):  # one of Scrapy's own commands looks at a page
            raise NotConfigured
        if not crawler.settings.getbool("ESPRESO_EMIT"):
            logger.warning("ESPRESO_EMIT=False: nothing is written and nothing remembered")
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            logger.warning("ROBOTSTXT_OBEY=False: robots.txt is not read; use this only for a site of your own")
        return cls(crawler)

    def tell(self) -> None:
        """Log what is asked for, how fast, and where it is written; only the first call does."""
        if self._has_told:
            return
        self._has_told = True
        spider: Any = self.crawler.spider
        logger.info("%s reads %s: %s", spider.name, ", ".join(sorted(spider.hosts)), _asked(spider))
        if getattr(spider, "is_live", True):
            logger.info("%s", _pace(self.crawler.settings))
        ledger = keeper_of(self.crawler).ledger
        logger.info("Run %s; output: %s; ledger: %s", ledger.run.id, ledger.session.output, ledger.session.db.name)


def _asked(spider: Any) -> str:
    arguments = spider.arguments
    parts = [
        f"published since {arguments.since:%Y-%m-%d %H:%M %z}" if arguments.since else "what is new",
        f"until {arguments.until:%Y-%m-%d %H:%M %z}" if arguments.until else "",
        f"{arguments.limit} articles at most" if arguments.limit else "",
    ]
    return ", ".join(filter(None, parts)) + f"; from {', '.join(arguments.starts(spider.path))}"


def _pace(settings: BaseSettings) -> str:
    delay = settings.getfloat("DOWNLOAD_DELAY")
    pace = f"about {delay:g} s between requests to a host" if delay else "no delay between requests"
    slower = ", more when it is slow" if settings.getbool("AUTOTHROTTLE_ENABLED") else ""
    return f"{pace}{slower}; user agent: {settings['USER_AGENT']}"
