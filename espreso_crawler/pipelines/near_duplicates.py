"""Step 400: marks an article with nearly the text of one published shortly before; a revision is none."""

from typing import Self

import orjson
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.items import SCHEMA_VERSION, Article
from espreso_crawler.ledger import Neighbour
from espreso_crawler.near_duplicates import Sketch, sketch
from espreso_crawler.pipelines.drafts import carried
from espreso_crawler.pipelines.texts import kept, window


class NearDuplicatesPipeline:
    """Sets `near_duplicate_of` and `similarity`; the sketch, and whether a copy is wanted, go on to the ledger."""

    def __init__(self, keeper: LedgerExtension, mode: str, seconds: int, stats: StatsCollector) -> None:
        self.keeper = keeper
        self.mode = mode
        self.seconds = seconds
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        mode = crawler.settings["ESPRESO_NEAR_DUPLICATES"]
        return cls(keeper_of(crawler), mode, window(crawler.settings), crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Return the article, marked if it is a near-copy."""
        with self.keeper.guarding():
            return self._compared(item)

    def _compared(self, item: Article) -> Article:
        item.near_duplicate_of, item.similarity = None, None
        own = self._sketch(item) if self.mode != "off" else None
        if own is None or item.id is None:
            return item
        text = kept(item, own, self.seconds)
        near = [
            (other, own.similarity(theirs))
            for other in self.keeper.ledger.neighbours.near(text, seconds=self.seconds)
            if own.is_near(theirs := Sketch.from_bytes(other.sketch))
        ]
        earlier = [(other, how) for other, how in near if (other.published, other.id) < (text.published, text.id)]
        if earlier:
            self._mark(item, *min(earlier, key=lambda each: (each[0].published, each[0].id)))
        later = [] if earlier or (item.revision or 1) > 1 else [each for each in near if each not in earlier]
        copy_of = item.near_duplicate_of if self.mode == "drop" else None
        self.keeper.ledger.neighbours.note(text, [_link(item, other, how) for other, how in later], copy_of)
        return item

    def _sketch(self, item: Article) -> Sketch | None:
        prepared = carried(item).prepared
        return prepared.sketch if prepared else sketch(item)

    def _mark(self, item: Article, original: Neighbour, similarity: float) -> None:
        self.stats.inc_value("espreso/near_duplicate")
        item.near_duplicate_of, item.similarity = original.id, round(similarity, 3)


def _link(original: Article, copy: Neighbour, similarity: float) -> bytes:
    """Return the line that says of an article written before that it is a near-copy of this, the earlier one."""
    return orjson.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "id": copy.id,
            "near_duplicate_of": original.id,
            "similarity": round(similarity, 3),
            "run_id": original.run_id,
        }
    )
