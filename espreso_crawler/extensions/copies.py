"""Copies of the records (``-o``, ``-O``, ``FEEDS``): one that cannot be written is one line and exit code 4."""

import logging
from contextlib import suppress
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.feedexport import FeedSlot
from scrapy.utils.defer import ensure_awaitable

from espreso_crawler.adapters.feed_exporter import OpenFeedExporter
from espreso_crawler.exceptions import ConfigurationError, ExitCode
from espreso_crawler.extensions.signals import EXIT_CODE_STAT

logger = logging.getLogger(__name__)

PACKED = "gz"
GZIP = "scrapy.extensions.postprocessing.GzipPlugin"


class CopiesExtension(OpenFeedExporter):
    """Scrapy's feed exporter, which goes on when a copy fails, and says so once; the sealed files do not need it.

    A name that ends in ``.jsonl.gz``, ``.csv.gz`` or ``.xml.gz`` is packed.
    """

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings["FEEDS"]:
            crawler.settings.set("FEEDS", _packed(crawler.settings.getdict("FEEDS")), "cmdline")
        try:
            super().__init__(crawler)
        except NotConfigured:
            if crawler.settings["FEEDS"]:  # it has logged why
                raise ConfigurationError("FEEDS, -o or -O: a copy cannot be written, see the line above") from None
            raise

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write an item to each copy; one that fails gets no more."""
        slots, done = self.slots, list[FeedSlot]()
        for slot in slots:
            self.slots = [slot]
            try:
                super().item_scraped(item, spider)
            except Exception as error:  # noqa: BLE001  # whatever an exporter raises costs its own copy only
                self._failed(slot, error)
            else:
                done += self.slots
        self.slots = done

    async def finish(self, slot: FeedSlot) -> None:
        """Finish a copy, or say in one line why it failed."""
        if not slot.itemcount and not (slot.store_empty and slot.batch_id == 1):
            return
        try:
            slot.start_exporting()
            slot.finish_exporting()
            await ensure_awaitable(slot.storage.store(self.file_of(slot)))
        except Exception as error:  # noqa: BLE001  # as above
            self._failed(slot, error)
        else:
            logger.info("Copy of %d items: %s", slot.itemcount, slot.uri)
        await self.crawler.signals.send_catch_log_async(signals.feed_slot_closed, slot=slot)

    def _failed(self, slot: FeedSlot, error: Exception) -> None:
        self.crawler.stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))
        self.crawler.stats.inc_value("espreso/copies_failed")
        reason = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
        with suppress(Exception):  # what is left in it would fail once more
            if slot.file and not slot.uri.startswith("stdout:"):
                self.file_of(slot).close()
        logger.error("Copy %s failed: %s; the sealed files are complete", slot.uri, reason)


def _packed(feeds: dict[str, Any]) -> dict[str, Any]:
    """Return feeds in which what ends in ``.gz`` is packed; its format is named by the ending before that."""
    return {uri: _packed_options(str(uri), options) for uri, options in feeds.items()}


def _packed_options(uri: str, options: dict[str, Any]) -> dict[str, Any]:
    if options.get("format") != PACKED:
        return options
    inner = uri.removesuffix(f".{PACKED}").rpartition(".")[2]
    return {**options, "format": inner, "postprocessing": [*options.get("postprocessing", ()), GZIP]}
