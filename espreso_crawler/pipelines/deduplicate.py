"""Drops what is surely in the output already, before work is spent on it; the ledger's word at emission is final."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from espreso_crawler.drops import Unchanged
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.items import Article
from espreso_crawler.ledger import Known
from espreso_crawler.pipelines.drafts import addresses, carried, draft


class DeduplicatePipeline:
    """Gives an article its id; drops it when ledger and digests say that nothing changed."""

    def __init__(self, keeper: LedgerExtension) -> None:
        self.keeper = keeper

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        return cls(keeper_of(crawler))

    def process_item(self, item: Article) -> Article:
        """Return the article with its id; raises `Unchanged` when its text is in the output."""
        with self.keeper.guarding():
            known = self._known(item)
            sketch = draft(item, carried(item))
            is_same = known is not None and known.same_as(sketch.digests, sketch.extractor_version)
            if known and is_same and not self.keeper.ledger.holding.has(sketch):
                # Binds new addresses to the id, ends the entry.
                self.keeper.ledger.outbox.emit(replace(sketch, says_nothing_new=True))
                raise Unchanged(f"revision {known.revision} stands", log_level="DEBUG")
        return item

    def _known(self, item: Article) -> Known | None:
        """Give the article its id, and return what stands of it."""
        ledger = self.keeper.ledger
        item.id, known = ledger.articles.identify(item.edition or "", item.entity_id, item.url or "", addresses(item))
        # So that `validate` sees a whole record; `emit` sets the true ones.
        item.revision = known.revision + 1 if known else 1
        item.run_id, item.emitted_at = ledger.run.id, item.fetched_at
        return known
