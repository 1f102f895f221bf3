"""What becomes of Scrapy's own settings in a crawl: refused are those that would do nothing here, or harm."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scrapy.settings import BaseSettings, default_settings

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.options import Allowed, number, whole, wrong_value

WRITERS = {
    "espreso_crawler.pipelines.deduplicate.DeduplicatePipeline": "gives each article its id",
    "espreso_crawler.pipelines.withhold.WithholdPipeline": "obeys opt-outs",
    "espreso_crawler.pipelines.validate.ValidatePipeline": "checks each record",
    "espreso_crawler.pipelines.emit.EmitPipeline": "writes",
}
"""Pipelines without which nothing that can be relied on gets into the output."""
LEAVE = "leave it out"
EARLY = ("TWISTED_REACTOR", "TWISTED_REACTOR_ENABLED", "LOG_LEVEL")
"""What a command has to know before it makes a crawler."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A setting that has one value in a crawl."""

    value: Any
    why: str
    instead: str = LEAVE


FIXED = {
    "JOBDIR": Fixed(None, "the ledger remembers what was fetched and what is pending", "crawl again to go on"),
    "DUPEFILTER_CLASS": Fixed(
        "scrapy.dupefilters.BaseDupeFilter", "the ledger asks for each address once; a second filter loses requests"
    ),
    "ITEM_PROCESSOR": Fixed(
        "espreso_crawler.pipelines.processor.ItemProcessor", "every copy of an article keeps its feed entry"
    ),
    "HTTPCACHE_ENABLED": Fixed(
        False, "a cached page would be recorded as fetched now", "set ESPRESO_EMIT=False too, or leave it out"
    ),
    "TWISTED_REACTOR": Fixed(default_settings.TWISTED_REACTOR, "the crawl runs on asyncio"),
    "TWISTED_REACTOR_ENABLED": Fixed(True, "pauses and delays need Twisted's connections"),
    "RETRY_HTTP_CODES": Fixed(
        default_settings.RETRY_HTTP_CODES, "408, 429 and every 5xx are always retried", "use RETRY_TIMES"
    ),
    "RETRY_PRIORITY_ADJUST": Fixed(
        default_settings.RETRY_PRIORITY_ADJUST, "a request that is retried keeps its priority"
    ),
    "DEPTH_LIMIT": Fixed(0, "depth says nothing in a feed", "use -a since, -a limit or ESPRESO_LISTING_PAGES"),
    "DEPTH_PRIORITY": Fixed(0, "depth says nothing in a feed"),
    "URLLENGTH_LIMIT": Fixed(default_settings.URLLENGTH_LIMIT, "the parser has its own limit"),
}
"""Every setting that is refused; the values are those of the project or Scrapy's defaults."""

LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
ALLOWED = {
    "DOWNLOAD_DELAY": number(least=0),
    "DOWNLOAD_TIMEOUT": number(above=0),
    "CONCURRENT_REQUESTS": whole(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": whole(1),
    "CONCURRENT_ITEMS": whole(1),
    "AUTOTHROTTLE_START_DELAY": number(least=0),
    "AUTOTHROTTLE_MAX_DELAY": number(least=0),
    "AUTOTHROTTLE_TARGET_CONCURRENCY": number(above=0),
    "RETRY_TIMES": whole(0),
    "DOWNLOAD_MAXSIZE": whole(0),
    "DOWNLOAD_WARNSIZE": whole(0),
    "CLOSESPIDER_ITEMCOUNT": whole(0),
    "CLOSESPIDER_PAGECOUNT": whole(0),
    "CLOSESPIDER_ERRORCOUNT": whole(0),
    "CLOSESPIDER_TIMEOUT": number(least=0),
    "MEMUSAGE_LIMIT_MB": whole(0),
    "USER_AGENT": Allowed(
        "the name of your crawler in one line: a site has to know who asks",
        lambda value: bool(str(value or "").strip()) and str(value).isprintable(),
    ),
    "LOG_LEVEL": Allowed(
        f"one of {', '.join(LEVELS)}", lambda value: isinstance(value, int) or value in logging.getLevelNamesMapping()
    ),
}
"""Numbers and names that Scrapy takes as they come: a wrong one ends in a traceback, or in waiting for ever."""


def check(settings: BaseSettings) -> None:
    """Raise `ConfigurationError` that names every setting of Scrapy's that a crawl refuses, and what to do."""
    wrong = [*_refused(settings), *_wrong(settings), *_missing_writers(settings)]
    if wrong:
        raise ConfigurationError("; ".join(wrong))


def check_early(settings: BaseSettings) -> None:
    """Raise `ConfigurationError` for a wrong reactor or log level, which Scrapy uses before it makes a crawl."""
    wrong = [*_refused(settings, EARLY), *_wrong(settings, EARLY)]
    if wrong:
        raise ConfigurationError("; ".join(wrong))


def _refused(settings: BaseSettings, names: Iterable[str] = FIXED) -> Iterator[str]:
    is_trial = not settings.getbool("ESPRESO_EMIT", True)
    for name, fixed in ((name, FIXED[name]) for name in names if name in FIXED):
        if not _is(settings, name, fixed.value) and not (is_trial and name == "HTTPCACHE_ENABLED"):
            yield f"{name}={settings.get(name)!r} is refused: {fixed.why}; {fixed.instead}"


def _wrong(settings: BaseSettings, names: Iterable[str] = ALLOWED) -> Iterator[str]:
    for name, allowed in ((name, ALLOWED[name]) for name in names if name in ALLOWED):
        yield from wrong_value(name, settings.get(name), allowed)


def _is(settings: BaseSettings, name: str, value: Any) -> bool:
    """Return whether a setting has a value, also when it is given as text."""
    if isinstance(value, bool):
        return settings.getbool(name) == value
    if isinstance(value, list):
        return [str(each) for each in settings.getlist(name)] == [str(each) for each in value]
    given = settings.get(name)
    return str(given or None) == str(value or None) or str(given) == str(value)


def _missing_writers(settings: BaseSettings) -> Iterator[str]:
    if not settings.getbool("ESPRESO_EMIT"):
        return
    pipelines = settings.getdict("ITEM_PIPELINES")
    missing = [f"{name} ({does})" for name, does in WRITERS.items() if pipelines.get(name) is None]
    if missing:
        yield (
            f"ITEM_PIPELINES lacks {', '.join(missing)}, so nothing would be written: add them as in "
            "espreso_crawler/settings.py, or set ESPRESO_EMIT=False for a crawl that writes nothing"
        )
