"""The monitors at work in a crawl: rows wait for their verdict here, and the run gets its own at the end."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from espreso_crawler import identity
from espreso_crawler.exceptions import ExitCode, LedgerError
from espreso_crawler.extensions.bench import Bench
from espreso_crawler.extensions.captures import capture_of
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.extensions.receivers import connect, noticing
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.items import Article
from espreso_crawler.ledger import Decision, Draft
from espreso_crawler.monitors import FeedObservation, Finding, Judge, Observation, Tally, observed, worst
from espreso_crawler.monitors.latency import Latency
from espreso_crawler.monitors.run_checks import SOURCE, run_findings, silence

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
CLOSING_REASON = "drift"


class MonitorsExtension:
    """Stands in the ledger extension's gate; one `Bench` an edition."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.is_on = crawler.settings.getbool("ESPRESO_MONITORS")
        self.latency = Latency({})
        self._benches: dict[str, Bench] = {}
        self._told: set[tuple[str, str, str | None]] = set()
        self._clock = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the beginning and the end of the crawl."""
        extension = cls(crawler)
        connect(crawler, (extension.spider_opened, signals.spider_opened))
        if extension.is_on:
            connect(crawler, (extension.spider_closed, signals.spider_closed))
        return extension

    @property
    def keeper(self) -> LedgerExtension:
        """The extension that holds the ledger."""
        return keeper_of(self.crawler)

    @property
    def _is_live(self) -> bool:
        """Whether the crawl asks the site, as all spiders do but the one that reads archives."""
        return bool(getattr(self.crawler.spider, "is_live", True))

    def spider_opened(self, spider: Spider) -> None:
        """Step into the gate and take over what earlier runs left without a verdict; switched off, let that out."""
        with self._guarded():
            if not self.is_on:
                self.keeper.ledger.holding.accept(self.keeper.ledger.holding.adopt())
                return
            self.latency = Latency(self.keeper.ledger.newest_in_feed())
            self._adopt()
            self.keeper.gate = self
            self._clock.start(TICK_SECONDS, now=False)

    def look(self, article: Article) -> None:
        """Observe an article whose text will be withheld: that the record has none is no drift."""
        if capture := capture_of(article):
            capture.seen = observed(article, capture.entry_url)

    def take(self, article: Article, draft: Draft) -> Decision:
        """Hold an article's draft back until a verdict; one that says nothing new needs none."""
        capture = capture_of(article)
        row = (capture and capture.seen) or observed(article, draft.entry_url)
        decision, kept = self.keeper.ledger.holding.put(draft, row.to_json())
        if kept is not None:
            bench = self._bench(row.edition)
            bench.seat(kept, row)
            self._judge_if_enough(bench)
        return decision

    def no_article(self, url: str, reason: str) -> None:
        """Let the entry wait too: when most pages are none, the layout is the suspect and not the entries."""
        bench = self._bench(identity.edition_of(url))
        bench.refuse(url, reason)
        self._judge_if_enough(bench)

    def trusts(self, feed: FeedObservation) -> bool:
        """Judge a feed at once: a wrong one says nothing but addresses."""
        bench = self._bench(feed.edition)
        is_trusted = bench.judge.trusts(feed)
        self._tell(bench.judge.findings())
        return is_trusted

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Judge what is left and the run itself; the ledger extension writes it into the run file."""
        if self._clock.running:
            self._clock.stop()
        with self._guarded():
            for bench in self._benches.values():
                self._judge(bench, is_last=True)
            self.keeper.ledger.outbox.flush()
            findings = self._all_findings()
            self._learn()
            self._report(findings)

    def _adopt(self) -> None:
        ledger = self.keeper.ledger
        for kept in ledger.holding.adopt():
            row = Observation.from_json(kept.observation)
            if kept.is_released:
                ledger.holding.accept([kept])
            else:
                self._bench(row.edition).seat(kept, row)

    def _bench(self, edition: str) -> Bench:
        if edition not in self._benches:
            earlier = [Tally.from_document(document) for document in self.keeper.ledger.baselines.last(edition)]
            self._benches[edition] = Bench(self.keeper.ledger, Judge(edition, earlier))
        return self._benches[edition]

    def _tick(self) -> None:
        for bench in self._benches.values():
            if bench.is_due():
                with noticing(self.crawler), self._guarded():
                    self._judge(bench)

    def _judge_if_enough(self, bench: Bench) -> None:
        if bench.has_enough():
            self._judge(bench)

    def _judge(self, bench: Bench, *, is_last: bool = False) -> None:
        now = self.keeper.ledger.now()
        for draft in bench.clear(is_last=is_last):
            if draft.is_archived:
                continue
            published = datetime.fromisoformat(draft.date_published) if draft.date_published else None
            self.latency.add(identity.host_of(draft.url), published, now)
        self._tell(bench.judge.findings())

    def _tell(self, findings: list[Finding]) -> None:
        """Log what is new, and end the crawl when no edition of it brings a row that goes out."""
        for finding in findings:
            key = (finding.name, finding.level, finding.edition)
            if key not in self._told:
                self._told.add(key)
                _log(finding)
        if all(map(self._is_hopeless, self._editions())):
            self._stop()

    def _editions(self) -> set[str]:
        return {identity.edition_of(f"//{host}") for host in getattr(self.crawler.spider, "hosts", ())}

    def _is_hopeless(self, edition: str) -> bool:
        """Whether all that an edition gives is held back; one of which nothing was seen yet may be good."""
        return edition in self._benches and self._benches[edition].judge.is_hopeless

    def _stop(self) -> None:
        """Ask for no more pages: what they give would be held back as well, and stays pending like this.

        An archive is read to its end: pages of another time may come after these.
        """
        if not self._is_live:
            return
        engine: ExecutionEngine | None = self.crawler.engine
        if engine is not None and engine.spider is not None and self._clock.running:
            closing = asyncio.ensure_future(engine.close_spider_async(reason=CLOSING_REASON))
            closing.add_done_callback(lambda task: task.exception())

    def _all_findings(self) -> list[Finding]:
        ledger = self.keeper.ledger
        gaps = [gap for gap in ledger.coverage.gaps() if gap.run == ledger.run.id and not gap.reason.is_usual]
        found = [finding for bench in self._benches.values() for finding in bench.judge.findings()]
        found += run_findings(self.crawler.stats.get_stats(), len(gaps))
        return found + (list(self._silences()) if self._is_live else [])

    def _silences(self) -> Iterator[Finding]:
        ledger = self.keeper.ledger
        for host, newest in ledger.newest_in_feed().items():
            if host in getattr(self.crawler.spider, "hosts", ()):
                found = silence(host, ledger.recent_times(host), int(newest.timestamp()), int(ledger.now().timestamp()))
                if found:
                    yield found

    def _learn(self) -> None:
        """Let the runs to come know what went out of this one; after a critical change, once a person accepts it.

        Pages of an archive show what was usual at another time.
        """
        if not self._is_live:
            return
        for bench in self._benches.values():
            judge = bench.judge
            if judge.went_out.rows:
                self.keeper.ledger.baselines.add(judge.edition, judge.went_out.document(), changes=judge.changes())

    def _report(self, findings: list[Finding]) -> None:
        self._tell(findings)
        level, stats = worst(findings), self.crawler.stats
        for finding in findings:
            stats.inc_value(f"espreso/monitor/{finding.level}")
            if finding.level == "critical":
                code = ExitCode.SOURCE if finding.name in SOURCE else ExitCode.MONITOR
                stats.max_value(EXIT_CODE_STAT, int(code))
        self.keeper.extra |= {
            "verdict": level,
            "findings": [asdict(finding) for finding in findings],
            "learned": self._learned(),
            "latency": self.latency.document(),
        }

    def _learned(self) -> list[dict[str, Any]]:
        """Return what was seen of editions that are new to the ledger, and log it."""
        notes = [note for bench in self._benches.values() if (note := bench.judge.learned())]
        for note in notes:
            lacks = ", ".join(note["lacks"]) or "nothing that the known layout has"
            logger.info("Learned what %s shows from %d rows: it lacks %s", note["edition"], note["rows"], lacks)
        return notes

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except LedgerError as error:
            self.keeper.fail(error)


def _log(finding: Finding) -> None:
    told = (finding.name, finding.edition or "run", finding.text, finding.numbers or "")
    if finding.level == "critical":
        logger.error("Monitor %s, %s: %s %s", *told)
    else:
        logger.warning("Monitor %s, %s: %s %s", *told)
