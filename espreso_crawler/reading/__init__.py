"""Article pages read: one function, called in the crawl's process or in one beside it; no scrapy, no ledger."""

from espreso_crawler.reading.article_page import Asked, FeedReading, Reading, Served, read, read_feed
from espreso_crawler.reading.preparation import Preparation, Prepared
from espreso_crawler.reading.reader_process import ReaderProcess

__all__ = [
    "Asked",
    "FeedReading",
    "Preparation",
    "Prepared",
    "ReaderProcess",
    "Reading",
    "Served",
    "read",
    "read_feed",
]
