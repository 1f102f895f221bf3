"""Requests stay on the hosts of the crawl: the start addresses' and the chosen edition's, ports included."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware

from espreso_crawler.identity import host_of


class HostsMiddleware(OffsiteMiddleware):
    """Refuses every request, also one that a redirect makes, to a host not in the spider's ``hosts``."""

    def should_follow(self, request: Request, spider: Spider) -> bool:
        """Return whether the request's host and port are the crawl's."""
        return host_of(request.url) in getattr(spider, "hosts", ())
