"""robots.txt as RFC 9309 wants it: what cannot be read forbids everything, where the stock middleware allows it."""

from http import HTTPStatus
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

SUCCESS, CLIENT_ERROR = 2, 4  # classes of status codes


class Closed(RobotParser):
    """The rules of a host whose robots.txt could not be read: nothing is allowed (RFC 9309, section 2.3.1.4)."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Make the rules; the body says nothing."""
        return cls()

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Return False."""
        return False


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt; counts hosts that gave none as ``espreso/robots/unreadable``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.unreadable: dict[str, str] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what the rules forbid, and say so when it is for want of rules."""
        if isinstance(rp, Closed):
            host = request.url.split("/")[2]
            raise IgnoreRequest(f"robots.txt could not be read ({self.unreadable.get(host)}), so nothing is fetched")
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Take rules from a 2xx answer, no rules from a 4xx one (section 2.3.1.3); anything else closes the host."""
        status_class = response.status // 100
        is_missing = status_class == CLIENT_ERROR and response.status != HTTPStatus.TOO_MANY_REQUESTS
        is_html = response.body.lstrip()[:1] == b"<"
        if is_missing:
            response = response.replace(body=b"")
        elif status_class != SUCCESS or is_html:
            self._close(netloc, "an HTML page" if status_class == SUCCESS else f"HTTP {response.status}")
            return
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._close(netloc, f"{type(exc).__name__}: {exc}".removesuffix("."))

    def _close(self, netloc: str, reason: str) -> None:
        self._stats.inc_value("espreso/robots/unreadable")
        self.unreadable[netloc] = reason
        waiting, closed = self._parsers[netloc], Closed()
        self._parsers[netloc] = closed
        if isinstance(waiting, Deferred):  # it is: the stock middleware puts one there before it asks
            waiting.callback(closed)
