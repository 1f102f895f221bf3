"""Requests stay on the hosts of the crawl: the start addresses' and the chosen edition's, ports included."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from espreso_crawler.manners.scope import is_in_scope

LONGEST_SHOWN = 200  # of an address that somebody else chose


class HostsMiddleware:
    """Refuses every request, also one that a redirect makes, to a host not in the spider's ``hosts``.

    So a redirect leads to no private address, no file and no other site, unless the crawl began there. Scrapy's own
    lets ``dont_filter`` pass, and drops a redirect without telling the spider. A spider without ``hosts``, such as
    that of ``scrapy fetch``, may ask any. Counts ``espreso/host/foreign``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise `IgnoreRequest` for a request to a foreign host."""
        if not is_in_scope(request.url, getattr(self._crawler.spider, "hosts", None)):
            self._crawler.stats.inc_value("espreso/host/foreign")
            raise IgnoreRequest(f"leads to {request.url[:LONGEST_SHOWN]}, which is no host of this crawl")
