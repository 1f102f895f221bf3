"""Article pages read: one function, called in the crawl's process or in one beside it; no scrapy, no ledger."""

from espreso_crawler.reading.article_page import KEPT_HEADERS, Asked, FeedReading, Reading, Served, read, read_feed
from espreso_crawler.reading.engine import YOUNG, Engine, Question, Work
from espreso_crawler.reading.forked import process_count
from espreso_crawler.reading.pool import PageWork, Pool
from espreso_crawler.reading.preparation import Preparation, Prepared
from espreso_crawler.reading.processes import Processes

__all__ = [
    "KEPT_HEADERS",
    "YOUNG",
    "Asked",
    "Engine",
    "FeedReading",
    "PageWork",
    "Pool",
    "Preparation",
    "Prepared",
    "Processes",
    "Question",
    "Reading",
    "Served",
    "Work",
    "process_count",
    "read",
    "read_feed",
]
