"""Refuses answers with a flood of headers."""

from typing import Self

from scrapy.crawler import Crawler

from espreso_crawler.adapters.response_head import bound_heads


class HeaderLimitExtension:
    """Bounds the headers of an answer to 256 kB."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bound them in this process."""
        bound_heads()
        return cls()
