"""The first lines of a crawl's log: what it is about to do, how fast, and what is unusual about it."""

import logging
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)


class AnnouncementExtension:
    """Says what a spider was asked for; the ledger extension says where it writes."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Log the lines; there is nothing to do later."""
        spider: Any = crawler.spider
        if not hasattr(spider, "arguments"):  # one of Scrapy's own commands looks at a page
            raise NotConfigured
        logger.info("%s crawls %s: %s", spider.name, ", ".join(sorted(spider.hosts)), _asked(spider))
        logger.info("%s", _pace(crawler.settings))
        if not crawler.settings.getbool("ESPRESO_EMIT"):
            logger.warning("ESPRESO_EMIT=False: nothing is written and nothing remembered")
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            logger.warning("ROBOTSTXT_OBEY=False: the site's rules are not read; only for a site of your own")
        return cls()


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
