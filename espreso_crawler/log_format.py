"""One log line an event, with the URL and the reason; never a record, which has pages of text."""

import logging
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

# They say again, one with a traceback, what the spider says of the same failure in one line.
REPEATERS = (
    "scrapy.downloadermiddlewares.robotstxt",
    "scrapy.core.downloader.handlers.http11",
    "scrapy-playwright",
)


CHATTER = {
    "scrapy.addons": ("Enabled ",),
    "scrapy.crawler": ("Enabled ", "Overridden settings"),
    "scrapy.middleware": ("Enabled ",),
    "scrapy.utils.log": ("Scrapy %(version)s started",),
    "scrapy.core.engine": ("Spider opened", "Closing spider", "Spider closed"),
}
"""How lines begin that say what a crawl's own lines say, or nothing to act on; by logger."""


class OneLineLogFormatter(LogFormatter):
    """Scrapy's log lines without the items in them, and each failure once."""

    def __init__(self, level: str | int) -> None:
        # Scrapy makes a record of every line and throws it away later: two a page, 0.03 ms.
        self._tells_success = tells(level, logging.DEBUG)
        for name in REPEATERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl's log level."""
        return cls(crawler.settings.get("LOG_LEVEL"))

    # None omits a line: Scrapy's docs say so, its annotations do not.
    def crawled(  # type: ignore[override]
        self, request: Request, response: Response, spider: Spider
    ) -> LogFormatterResult | None:
        """Name a page that came, when the log shows DEBUG."""
        return super().crawled(request, response, spider) if self._tells_success else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """Name a scraped article by its address, when the log shows DEBUG."""
        if not self._tells_success:
            return None
        return {"level": logging.DEBUG, "msg": "Scraped %(url)s", "args": {"url": _url(item)}}

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """Say why an article was dropped."""
        level = getattr(exception, "log_level", None) or "WARNING"
        args = {"url": _url(item), "reason": f"{type(exception).__name__}: {exception}"}
        return {"level": logging.getLevelName(level), "msg": "%(url)s: %(reason)s", "args": args}

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """Name the article that a pipeline failed on; the traceback follows."""
        return {"level": logging.ERROR, "msg": "%(url)s: a pipeline failed", "args": {"url": _url(item)}}


def tells(level: str | int, kind: int) -> bool:
    """Return whether a log of a level, as ``LOG_LEVEL`` gives it, shows lines of a kind."""
    return int(logging.getLevelName(level) if isinstance(level, str) else level) <= kind


def hide_chatter(level: str | int) -> None:
    """Hide what Scrapy says of itself, 80 lines a crawl, unless the log shows DEBUG; never a warning."""
    for name in CHATTER:
        source = logging.getLogger(name)
        source.removeFilter(_is_no_chatter)
        if not tells(level, logging.DEBUG):
            source.addFilter(_is_no_chatter)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or not str(record.msg).startswith(CHATTER[record.name])


def _url(item: Any) -> str:
    return getattr(item, "url", None) or type(item).__name__
