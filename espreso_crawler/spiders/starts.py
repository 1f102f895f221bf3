"""Where a crawl begins: pages, sitemaps or RSS that must be readable; one that is not makes the exit code 3."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler.exceptions import PageError
from espreso_crawler.items import Article
from espreso_crawler.spiders.captures import failed_request, reason
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.versions import Versions

PRIORITY = 10
"""Before articles: what is new is what a poll is for."""

Parse = Callable[[Response], Iterable[Request | Article]]


class Starts:
    """Asks for sources and gives their 200 responses to a spider's `parse`, which may raise `PageError`."""

    def __init__(self, crawl: Crawl, parse: Parse) -> None:
        self._crawl = crawl
        self._parse = parse
        self.versions = Versions(crawl)

    def requests(self, urls: Iterable[str]) -> Iterator[Request]:
        """Ask for sources, but for those of hosts that are left out."""
        meta = self._crawl.keeping.meta
        for url in filter(self._crawl.has_host_of, urls):
            headers = self.versions.headers(url)
            yield Request(url, self.parse, errback=self.failed, priority=PRIORITY, headers=headers, meta=meta)

    async def parse(self, response: Response) -> AsyncIterator[Request | Article]:
        """Read a source."""
        if response.status == HTTPStatus.NOT_MODIFIED:
            self.versions.confirm(response)
            return
        if response.status != HTTPStatus.OK:
            self._crawl.unreadable(response.url, f"HTTP {response.status}")
            return
        try:
            for result in self._parse(response):
                if isinstance(result, Article):
                    await self._crawl.keeping.item(response, result)
                yield result
        except PageError as error:
            self._crawl.unreadable(response.url, str(error))
        finally:
            self._crawl.keeping.page(response)

    def failed(self, failure: Failure) -> None:
        """Record a source that gave no response."""
        self._crawl.unreadable(failed_request(failure).url, reason(failure))
