"""Which paths a site reserves against text and data mining: its file, asked for once a day and host."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from espreso_crawler import site
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.identity import host_of

logger = logging.getLogger(__name__)

FRESH = timedelta(days=1)
LARGEST = 512 * 1024


class ReservationsExtension:
    """Keeps each host's ``tdmrep.json`` in the ledger; asked for with a day's first article page, never before."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._bodies: dict[str, bytes] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl."""
        return cls(crawler)

    def known(self, url: str) -> bytes | None:
        """Return the file of an address's host, empty when it has none; None when it has to be asked for."""
        host = host_of(url)
        if host not in self._bodies:
            copy = keeper_of(self._crawler).ledger.copies.of(_address(url))
            if copy and timedelta() <= datetime.now(UTC) - copy.fetched_at < FRESH:
                self._bodies[host] = copy.body or b""
        return self._bodies.get(host)

    def hold(self, url: str, body: bytes | None) -> None:
        """Take the file of an address's host out of an archive, so that nobody is asked; None when there is none.

        Then the last one known counts, however old.
        """
        last = keeper_of(self._crawler).ledger.copies.of(_address(url)) if body is None else None
        self._bodies[host_of(url)] = (last.body if last else body) or b""

    async def asked(self, url: str) -> bytes:
        """Return the file of an address's host. When it cannot be read, the last one known counts, if there is one."""
        async with self._asking.setdefault(host_of(url), asyncio.Lock()):
            body = self.known(url)
            if body is None:
                body = self._bodies[host_of(url)] = await self._fetched(_address(url))
        return body

    async def _fetched(self, address: str) -> bytes:
        engine, copies = self._crawler.engine, keeper_of(self._crawler).ledger.copies
        try:
            response = await engine.download_async(Request(address, callback=NO_CALLBACK))
        except Exception as error:  # noqa: BLE001  # whatever keeps it away, the article is not lost for it
            logger.info("%s could not be asked for: %s", address, error)
        else:
            if response.status < HTTPStatus.INTERNAL_SERVER_ERROR and response.status != HTTPStatus.TOO_MANY_REQUESTS:
                body = response.body[:LARGEST] if response.status == HTTPStatus.OK else b""
                copies.keep(address, etag=None, last_modified=None, body=body)
                return body
        self._crawler.stats.inc_value("espreso/opt_out/unreadable")
        last = copies.of(address)  # however old: the next run asks again
        return (last.body if last else None) or b""


def _address(url: str) -> str:
    scheme = url.partition("://")[0]
    return f"{scheme}://{host_of(url)}{site.RESERVATIONS}"
