"""Page parsers, independent of crawling: a captured page in, its article, feed or listing out."""

from espreso_crawler.pages.addresses import canonical_address, other_addresses
from espreso_crawler.pages.article import article, article_with_digests, is_article
from espreso_crawler.pages.feed import Feed, FeedEntry, awaits_script, feed, link_count, more_button
from espreso_crawler.pages.page import Page

__all__ = [
    "Feed",
    "FeedEntry",
    "Page",
    "article",
    "article_with_digests",
    "awaits_script",
    "canonical_address",
    "feed",
    "is_article",
    "link_count",
    "more_button",
    "other_addresses",
]
