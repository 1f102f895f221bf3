"""Article pages read: one function, called in the crawl's process or in one beside it; no scrapy, no ledger."""

from espreso_crawler.reading.article_page import KEPT_HEADERS, Asked, FeedReading, Reading, Served, read, read_feed
from espreso_crawler.reading.pool import PageWork, Pool
from espreso_crawler.reading.preparation import Preparation, Prepared
from espreso_crawler.reading.processes import Processes, process_count

__all__ = [
    "KEPT_HEADERS",
    "Asked",
    "FeedReading",
    "PageWork",
    "Pool",
    "Preparation",
    "Prepared",
    "Processes",
    "Reading",
    "Served",
    "process_count",
    "read",
    "read_feed",
]
