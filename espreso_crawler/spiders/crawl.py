"""What the parts of a spider share: the crawl's ledger and stats, its scope, and one way to report a failure."""

import logging
from datetime import datetime
from functools import cached_property

from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector

from espreso_crawler import identity
from espreso_crawler.exceptions import ExitCode
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.extensions.readers import ReadersExtension
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.ledger import Ledger, Sighting
from espreso_crawler.pages import Page
from espreso_crawler.reading import Asked, Reading, Served
from espreso_crawler.spiders.arguments import SpiderArguments
from espreso_crawler.spiders.captures import served
from espreso_crawler.spiders.keeping import Keeping

UPDATED = "updated"
"""The label of an entry that an update moved."""


class Crawl:
    """One spider's crawl, as its parts see it."""

    def __init__(self, crawler: Crawler, arguments: SpiderArguments, logger: logging.LoggerAdapter[logging.Logger]):
        self.crawler = crawler
        self.arguments = arguments
        self.hosts = arguments.hosts
        self.left = arguments.limit
        """Articles that may still be fetched; None for no limit."""
        self.decodes_emails = crawler.settings.getbool("ESPRESO_DECODE_EMAILS")
        self.logger = logger
        self._answered: dict[str, str] = {}

    @cached_property
    def keeper(self) -> LedgerExtension:
        """The extension that holds the ledger."""
        return keeper_of(self.crawler)

    @cached_property
    def keeping(self) -> Keeping:
        """The crawl's archive."""
        return Keeping(self.crawler)

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        return self.keeper.ledger

    @property
    def stats(self) -> StatsCollector:
        """The crawl's stats collector."""
        return self.crawler.stats

    def has_host_of(self, url: str) -> bool:
        """Return whether an address is on a host of this crawl."""
        return identity.host_of(url) in self.hosts

    def wants(self, sighting: Sighting) -> bool:
        """Return whether an entry may lie in the span: an update moves its time up, never down, and labels it."""
        if sighting.published_at is None:
            return True
        moment, until = datetime.fromisoformat(sighting.published_at), self.arguments.until
        is_too_late = until is not None and moment >= until and sighting.label != UPDATED
        return not is_too_late and self.may_hold(moment)

    def may_hold(self, latest: datetime | None) -> bool:
        """Return whether what was published at this time or before may lie in the span."""
        since = self.arguments.since
        # Feeds print no seconds.
        return since is None or latest is None or latest >= since.replace(second=0, microsecond=0)

    def page(self, response: Response) -> Page:
        """Return the page of a response, fetched now. Raises `BrokenPage`."""
        return self.served(response).page(response.body)

    def served(self, response: Response) -> Served:
        """Return how a page was served, now."""
        return served(response, decode_emails=self.decodes_emails)

    async def read_apart(self, body: bytes, asked: Asked) -> Reading | None:
        """Have an article page read beside this process; None when it is to be read here."""
        return await self._readers.read(body, asked) if self._readers else None

    async def all_read(self) -> None:
        """Wait for the article pages that are being read beside this process."""
        if self._readers:
            await self._readers.settled()

    @cached_property
    def _readers(self) -> ReadersExtension | None:
        return self.crawler.get_extension(ReadersExtension)

    def answered(self, url: str) -> None:
        """Note that an article was read at an address."""
        self._answered[identity.host_of(url)] = url

    def has_answer_besides(self, url: str) -> bool:
        """Return whether another article of the same host was read in this run."""
        return self._answered.get(identity.host_of(url), url) != url

    def failed(self, url: str, reason: str) -> None:
        """Say in one line why a page could not be used, and count it."""
        self.stats.inc_value("espreso/failures")
        self.logger.warning("%s: %s", url, reason.removeprefix(f"{url}: "))

    def unreadable(self, url: str, reason: str) -> None:
        """Say why a start page could not be read: the crawl has failed, whatever else it finds."""
        self.stats.inc_value("espreso/start/unreadable")
        self.stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))
        self.logger.error("Start page %s: %s", url, reason.removeprefix(f"{url}: "))
