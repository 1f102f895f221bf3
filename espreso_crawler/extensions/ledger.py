"""The one ledger of a crawl: opened before anything is fetched, told what became of every item, closed last."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings
from scrapy.utils.asyncio import create_looping_call
from twisted.python.failure import Failure

from espreso_crawler import record
from espreso_crawler.drops import Duplicate, Forgotten, Unchanged, Unwritten
from espreso_crawler.exceptions import ConfigurationError, ExitCode, LedgerError
from espreso_crawler.extensions.captures import Capture, capture_of
from espreso_crawler.extensions.gate import Gate, OpenGate
from espreso_crawler.extensions.receivers import connect, noticing
from espreso_crawler.extensions.signals import EXIT_CODE_STAT, exit_code_of, stops
from espreso_crawler.ledger import Decision, GapReason, Ledger, Rules, Run, new_run_id, parse_schedule
from espreso_crawler.places import places

logger = logging.getLogger(__name__)

# What a drop means for the entry that led to the article; `emit` and `deduplicate` end the entry themselves.
ENDED_ALREADY = (Unchanged, Duplicate, Forgotten, Unwritten)
TICK_SECONDS = 0.5
CLOSING_REASON = "ledger_failed"
GIVEN_UP = frozenset({"memusage_exceeded", "closespider_errorcount"})
"""Reasons by which Scrapy's own extensions end a crawl that is in trouble."""


class LedgerExtension:
    """Holds the crawl's `Ledger` as ``ledger``; spiders and pipelines ask the crawler for this extension."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.failed = False
        self._reason = "finished"
        self._clock = create_looping_call(self._tick)
        self.ledger = self._open()
        run = self.ledger.run
        self.document: dict[str, Any] = {"run_id": run.id, "spider": run.spider, "job": run.job}
        """What the run file says, once the run is over; only this much and its end if it could not be written."""
        self.gate: Gate = OpenGate(self.ledger)
        """The way into the ledger; the monitors put themselves in its place."""
        self.extra: dict[str, Any] = {"verdict": None, "findings": [], "latency": None}
        """What else the run file is to say."""
        self.ledger.outbox.on_commit = self._committed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the ledger; raises `LedgerError` or `ConfigurationError`, which end the crawl before it begins."""
        extension = cls(crawler)
        connect(
            crawler,
            (extension.engine_started, signals.engine_started),
            (extension.item_dropped, signals.item_dropped),
            (extension.item_error, signals.item_error),
            (extension.spider_closed, signals.spider_closed),
            (extension.engine_stopped, signals.engine_stopped),
        )
        return extension

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """End the crawl when the ledger fails inside the block, and drop the item that was in hand as `Unwritten`."""
        try:
            yield
        except LedgerError as error:
            self.fail(error)
            raise Unwritten(str(error), log_level="DEBUG") from None

    def fail(self, error: LedgerError) -> None:
        """End the crawl: what was not written stays pending for the next one."""
        if self.failed:
            return
        self.failed = True
        logger.critical("%s", error)
        self.stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))
        engine: ExecutionEngine | None = self.crawler.engine
        if engine is not None and engine.spider is not None:
            closing = asyncio.ensure_future(engine.close_spider_async(reason=CLOSING_REASON))
            closing.add_done_callback(lambda task: task.exception())

    @property
    def stats(self) -> Any:
        """The crawl's stats collector."""
        return self.crawler.stats

    def engine_started(self) -> None:
        """Begin to flush and seal what is due."""
        self._clock.start(TICK_SECONDS, now=False)

    def item_dropped(self, item: Any, exception: DropItem) -> None:
        """End the entry of an article that a pipeline dropped."""
        capture = _untold(item)
        if capture is None or isinstance(exception, ENDED_ALREADY):
            return
        if capture.entry_url:
            self._settle(capture.entry_url, f"{type(exception).__name__}: {exception}")
        elif capture.recheck:
            self._guarded(self.ledger.rechecks.missed, capture.recheck)

    def item_error(self, item: Any, failure: Failure) -> None:
        """Give an entry back whose article a pipeline failed on: a failed attempt, as that of a page."""
        self.stats.inc_value("espreso/pipeline_errors")
        capture = _untold(item)
        if capture is None or self.failed:
            return
        if capture.entry_url:
            reason = f"{type(failure.value).__name__}: {failure.getErrorMessage()}"
            self._guarded(self.ledger.entries.attempt_failed, capture.entry_url, reason)
        elif capture.recheck:
            self._guarded(self.ledger.rechecks.missed, capture.recheck)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Remember why the crawl ended, and write what is left while it can still be counted."""
        self._reason = reason
        if reason in GIVEN_UP:
            self.stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))
        found = (self.stats.get_value(name, 0) for name in ("item_scraped_count", "item_dropped_count"))
        if self.stats.get_value("espreso/pipeline_errors", 0) and not any(found):
            self.stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))  # also where no monitor looks
        if not self.failed:
            self._guarded(self.ledger.outbox.flush)

    def engine_stopped(self) -> None:
        """Write what is left, seal it and close the ledger; when that fails, let go of the file."""
        if self._clock.running:
            self._clock.stop()
        try:
            extra = self.extra | {"stats": _plain(self.stats.get_stats())}
            self.document = self.ledger.close(self._reason, self.exit_code, extra)
            self._tell_gaps()
        except LedgerError as error:
            self.fail(error)
            self.ledger.abandon()
            self.document |= {"reason": CLOSING_REASON, "exit_code": self.exit_code}
        stops.end()

    @property
    def exit_code(self) -> int:
        """What the crawl would exit with now."""
        return exit_code_of(self.crawler)

    def _tell_gaps(self) -> None:
        """Say what was left open of the feeds of this crawl, and what would read it."""
        hosts = getattr(self.crawler.spider, "hosts", ())
        for gap in self.document.get("gaps", ()):
            is_new = gap["run"] == self.ledger.run.id and gap["reason"] != GapReason.NOT_ASKED
            if gap["host"] in hosts and is_new:  # others were told by their own runs, or left out on purpose
                span = (gap["host"], gap["newest"], gap["oldest"] or "its end")
                logger.info(
                    "Not read: %s from %s down to %s: %s. To read it: %s", *span, gap["sentence"], gap["command"]
                )

    def _settle(self, url: str, reason: str) -> None:
        self._guarded(self.ledger.entries.settle, url, "rejected", reason)

    def _tick(self) -> None:
        if not self.failed:
            with noticing(self.crawler):
                self._guarded(self.ledger.tick)

    def _guarded(self, step: Any, *arguments: Any) -> None:
        try:
            step(*arguments)
        except LedgerError as error:
            self.fail(error)

    def _committed(self, decisions: list[Decision]) -> None:
        for (event, outcome), count in Counter((each.event, each.outcome) for each in decisions).items():
            if event:
                self.stats.inc_value("espreso/emitted", count)
                self.stats.inc_value(f"espreso/emitted/{event}", count)
            else:
                self.stats.inc_value(f"espreso/{outcome}", count)

    def _open(self) -> Ledger:
        settings = self.crawler.settings
        where = places(settings)
        started_at = datetime.now(UTC)
        spider = self.crawler.spider
        given = {name: str(value) for name, value in getattr(spider, "given", {}).items()}
        job = getattr(getattr(spider, "arguments", None), "job", None)
        run = Run(new_run_id(started_at), self.crawler.spidercls.name, given, started_at=started_at, job=job)
        output = where.output if where.ledger else where.output / "without-ledger" / run.id
        return Ledger.open(
            where.ledger, output=output, state=where.state, run=run, record=record, rules=rules_of(settings)
        )


def _untold(item: Any) -> Capture | None:
    """Return the capture of an item that the ledger has not got yet; of what comes after that it is not told."""
    capture = capture_of(item)
    return None if capture is None or capture.is_told else capture


def rules_of(settings: BaseSettings) -> Rules:
    """Return the ledger's rules as the settings give them."""
    return Rules(
        max_attempts=settings.getint("ESPRESO_MAX_ATTEMPTS"),
        backoff=timedelta(seconds=settings.getfloat("ESPRESO_BACKOFF_SECONDS")),
        recheck=parse_schedule(str(settings.get("ESPRESO_RECHECK"))),
        seal_items=settings.getint("ESPRESO_SEAL_ITEMS"),
        seal_seconds=settings.getfloat("ESPRESO_SEAL_SECONDS"),
    )


def _plain(stats: dict[str, Any]) -> dict[str, Any]:
    """Return stats as JSON holds them: moments become text."""
    plain = int | float | str | None
    return {key: value if isinstance(value, plain) else str(value) for key, value in stats.items()}


def keeper_of(crawler: Crawler) -> LedgerExtension:
    """Return the crawl's `LedgerExtension`. Raises `ConfigurationError` when it is switched off."""
    keeper = crawler.get_extension(LedgerExtension)
    if keeper is None:
        raise ConfigurationError(
            "EXTENSIONS: LedgerExtension is switched off, and nothing can be written without it: switch it on"
        )
    return keeper
