"""Step 300: what an article is about and how it is marked, from text, labels, keywords and credits; never drops."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.items import Article
from espreso_crawler.processors.text import is_known_label
from espreso_crawler.tagging import Tagger


class TagPipeline:
    """Adds tags, `is_sponsored` and `cited_agencies`; counts labels that the vocabulary does not know."""

    def __init__(self, own: Tagger, stats: StatsCollector) -> None:
        self.tagger = own
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the vocabularies. Raises `ConfigurationError`, before the first request, when one is wrong."""
        return cls(tagger_of(crawler.settings), crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Return the article with its tags."""
        if item.vocabulary_version != self.tagger.version:  # else it was tagged where its page was read
            self.tagger.tag(item)
        for label in item.labels:
            if not is_known_label(label):
                self.stats.inc_value(f"espreso/label/unknown/{label}")
        if not item.tags:
            self.stats.inc_value("espreso/untagged")
        return item
