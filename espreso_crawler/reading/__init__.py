"""Article pages read: one function, called in the crawl's process or in one beside it; no scrapy, no ledger."""

from espreso_crawler.reading.article_page import Asked, FeedReading, Reading, Served, read, read_feed
from espreso_crawler.reading.pool import Pool
from espreso_crawler.reading.preparation import Preparation, Prepared

__all__ = [
    "Asked",
    "FeedReading",
    "Pool",
    "Preparation",
    "Prepared",
    "Reading",
    "Served",
    "read",
    "read_feed",
]
