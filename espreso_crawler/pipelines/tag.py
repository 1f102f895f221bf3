"""What an article is about and how it is marked, from its labels, text and credits; never fails, never drops."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from espreso_crawler.items import Article, Tag
from espreso_crawler.processors.text import is_known_label, vocabulary_of_labels
from espreso_crawler.vocabularies import vocabulary, vocabulary_version


class TagPipeline:
    """Adds tags, `is_sponsored` and `cited_agencies`; counts labels that the vocabulary does not know."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's stats."""
        return cls(crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Return the article with its tags."""
        tag(item)
        for label in item.labels:
            if not is_known_label(label):
                self.stats.inc_value(f"espreso/label/unknown/{label}")
        if not item.tags:
            self.stats.inc_value("espreso/untagged")
        return item


def tag(article: Article) -> None:
    """Fill what follows from labels, text and credits."""
    labels = [vocabulary_of_labels().get(label, {}) for label in article.labels]
    article.is_sponsored = any(label.get("sponsored") for label in labels)
    genres = dict.fromkeys(label["genre"] for label in labels if "genre" in label)
    article.tags = [Tag(f"genre:{genre}", "genre", str(genre).replace("_", " ")) for genre in genres]
    article.cited_agencies = [
        name for name, pattern in _agencies().items() if any(map(pattern.search, _texts(article)))
    ]
    article.vocabulary_version = vocabulary_version()


def _texts(article: Article) -> Iterator[str]:
    yield from filter(None, (article.headline, article.description, article.article_body))
    yield from (image.credit for image in article.images if image.credit)
    yield from (block.credit for block in article.blocks if block.credit)


@cache
def _agencies() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(r"\b(?:" + "|".join(map(re.escape, forms)) + r")\b")
        for name, forms in vocabulary("agencies").items()
    }
