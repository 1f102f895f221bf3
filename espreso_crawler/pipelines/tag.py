"""Step 300: what an article is about and how it is marked, from text, labels, keywords and credits; never drops."""

from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector
from scrapy.utils.conf import closest_scrapy_cfg

from espreso_crawler.extensions.reader import ReaderExtension
from espreso_crawler.items import Article
from espreso_crawler.pipelines.drafts import carried
from espreso_crawler.processors.text import is_known_label
from espreso_crawler.tagging import Tagger, tagger
from espreso_crawler.vocabularies.concepts import Kind, Vocabularies
from espreso_crawler.vocabularies.loading import load


class TagPipeline:
    """Adds tags, `is_sponsored` and `cited_agencies`; counts labels that the vocabulary does not know."""

    def __init__(self, own: Tagger, stats: StatsCollector) -> None:
        self.tagger = own
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the vocabularies. Raises `ConfigurationError`, before the first request, when one is wrong."""
        folder, without = _choice(crawler.settings)
        own = tagger(folder, without)
        if reader := crawler.get_extension(ReaderExtension):
            reader.preparation.tagger = own
        return cls(own, crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Return the article with its tags."""
        prepared = carried(item).prepared
        if not (prepared and prepared.is_tagged):
            self.tagger.tag(item)
        for label in item.labels:
            if not is_known_label(label):
                self.stats.inc_value(f"espreso/label/unknown/{label}")
        if not item.tags:
            self.stats.inc_value("espreso/untagged")
        return item


def tagger_of(settings: BaseSettings) -> Tagger:
    """Return the tagger that the settings ask for. Raises `ConfigurationError` when a vocabulary is wrong."""
    return tagger(*_choice(settings))


def vocabularies_of(settings: BaseSettings) -> Vocabularies:
    """Return the vocabularies that the settings ask for. Raises `ConfigurationError` when one is wrong."""
    folder, without = _choice(settings)
    return load(folder, without=without)


def _choice(settings: BaseSettings) -> tuple[Path | None, frozenset[Kind]]:
    folder = settings.get("ESPRESO_VOCABULARIES")
    cfg = closest_scrapy_cfg()
    root = Path(cfg).parent if cfg else Path.cwd()
    left_out: frozenset[Kind] = frozenset() if settings.getbool("ESPRESO_TAG_PERSONS", True) else frozenset({"person"})
    return root / folder if folder else None, left_out
