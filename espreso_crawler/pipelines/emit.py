"""Hands finished articles to the ledger, through the gate: the only way into the sealed output."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from espreso_crawler.drops import Duplicate, Forgotten, NearDuplicate, Unchanged
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.items import Article
from espreso_crawler.pipelines.drafts import apply, carried, draft
from espreso_crawler.record import encode

DROPS: dict[str, type[DropItem]] = {
    "unchanged": Unchanged,
    "baseline": Unchanged,
    "duplicate": Duplicate,
    "suppressed": Forgotten,
    "near_copy": NearDuplicate,
    "overtaken": Unchanged,
    "earlier": Unchanged,
}


class EmitPipeline:
    """Writes each article once; ledger errors end the crawl with exit code 4, by `LedgerExtension.guarding`."""

    def __init__(self, keeper: LedgerExtension) -> None:
        self.keeper = keeper

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        return cls(keeper_of(crawler))

    def process_item(self, item: Article) -> Article:
        """Return the article as its line has it; raises a drop when the ledger has no use for a line."""
        ledger, capture = self.keeper.ledger, carried(item)
        with self.keeper.guarding():
            noted = ledger.neighbours.noted(item.id)
            whole = replace(draft(item, capture), body=encode(item), **noted._asdict())
            decision = self.keeper.gate.take(item, whole)
        capture.is_told = True
        apply(item, decision, ledger.run.id)
        if not decision.event:
            raise DROPS[decision.outcome](decision.reason or decision.outcome, log_level="DEBUG")
        return item
