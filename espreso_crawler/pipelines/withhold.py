"""Step 250: obeys what page and site say against use by machines, by ``ESPRESO_OPT_OUT``."""

from collections.abc import Coroutine
from typing import Any, Self

from scrapy.crawler import Crawler

from espreso_crawler.drops import OptedOut
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.extensions.reservations import ReservationsExtension
from espreso_crawler.fields import empty, is_withheld
from espreso_crawler.items import WITHHELD, Article
from espreso_crawler.pages.opt_outs import RESERVED, reserves_any
from espreso_crawler.pipelines.drafts import carried


class WithholdPipeline:
    """Keeps the text of a reserved article out of the record, or the article, or only flags it.

    Digests and observations are made before, so a change of the text or of the layout is still seen. Counts
    ``espreso/opt_out/<wish>``.
    """

    def __init__(self, crawler: Crawler, mode: str, reservations: ReservationsExtension) -> None:
        self._crawler = crawler
        self._keeper = keeper_of(crawler)
        self._mode = mode
        self._reservations = reservations

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl; raises `ConfigurationError` without the extension that asks for the site's file."""
        mode = crawler.settings["ESPRESO_OPT_OUT"]
        reservations = crawler.get_extension(ReservationsExtension)
        if reservations is None:
            raise ConfigurationError(
                "EXTENSIONS: ReservationsExtension is switched off, and opt-outs need it: switch it on"
            )
        return cls(crawler, mode, reservations)

    def process_item(self, item: Article) -> Article | Coroutine[Any, Any, Article]:
        """Return the article as it may be kept; only the first one of a host waits for the host's file."""
        file = self._reservations.known(item.url or "")
        return self._asked(item) if file is None else self._kept(item, file)

    async def _asked(self, item: Article) -> Article:
        return self._kept(item, await self._reservations.asked(item.url or ""))

    def _kept(self, item: Article, file: bytes) -> Article:
        if RESERVED not in item.opt_outs and reserves_any(file, item.url or "", carried(item).urls):
            item.opt_outs.append(RESERVED)
        for wish in item.opt_outs:
            self._crawler.stats.inc_value(f"espreso/opt_out/{wish}")
        if item.opt_outs and self._mode == "skip":
            raise OptedOut(", ".join(item.opt_outs), log_level="DEBUG")
        if RESERVED in item.opt_outs and self._mode == "metadata":
            self._keeper.gate.look(item)
            withhold(item)
            # What was made of the whole text goes too, and is made again of what is left.
            item.vocabulary_version, carried(item).prepared = None, None
        return item


def withhold(item: Article) -> None:
    """Take text and pictures out of a record, and what other sources said of them."""
    empty(item, is_withheld)
    for provenance in item.provenance:
        if provenance.field in WITHHELD:
            provenance.raw, provenance.others = None, []
