"""What is kept of an article's text, and for how long, so that near-copies of it are known."""

from datetime import UTC, datetime

from scrapy.settings import BaseSettings

from espreso_crawler.items import Article
from espreso_crawler.ledger import Neighbour
from espreso_crawler.near_duplicates import Sketch

DAY = 86_400
MARGIN = 2
"""Windows for which a sketch is kept: a near-copy may be met late, by a crawl that looks back."""


def window(settings: BaseSettings) -> int:
    """Return how many seconds may lie between a text and a near-copy of it."""
    return max(int(settings.getfloat("ESPRESO_NEAR_DUPLICATE_DAYS") * DAY), 1)


def kept(item: Article, own: Sketch, seconds: int) -> Neighbour:
    """Return what the ledger keeps of an article's text."""
    published = item.date_published or item.fetched_at or datetime.now(UTC)
    seen = item.fetched_at or published
    return Neighbour(
        item.id or "",
        int(published.timestamp()),
        own.to_bytes(),
        tuple(own.keys()),
        int(seen.timestamp()) + MARGIN * seconds,
    )
