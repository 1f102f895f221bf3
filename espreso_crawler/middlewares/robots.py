"""robots.txt as RFC 9309 wants it: what cannot be read forbids everything, where the stock middleware allows it."""

from http import HTTPStatus
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred
from w3lib.encoding import read_bom

from espreso_crawler.drops import HostUnavailable
from espreso_crawler.extensions.manners import manners_of

SUCCESS, CLIENT_ERROR = 2, 4  # classes of status codes
LARGEST = 512 * 1024  # bytes that are read (section 2.5)


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
    """Obeys robots.txt, its crawl-delay too; gives hosts up that have none: ``espreso/robots/unreadable``.

    robots.txt is asked for again as any page is (`BackoffMiddleware`), and the requests of its host wait for it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._health = manners_of(crawler)

    async def process_request(self, request: Request) -> Request | None:  # type: ignore[override]  # as Scrapy allows
        """Refuse what the rules forbid. Raises `HostUnavailable` for want of rules, and when the host is given up."""
        host = self._health.host(request.url)
        self._health.require_open(host)
        if request.meta.get("dont_obey_robotstxt"):
            return None
        if not self._health.may_go(host, request):
            return request
        with self._health.asking_for_rules(host):
            rules = await self.robot_parser(request)
        self._health.require_open(host)
        self.process_request_2(rules, request)
        return None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Take rules from a 2xx answer, no rules from a 4xx one (section 2.3.1.3); anything else closes the host."""
        status_class = response.status // 100
        is_missing = status_class == CLIENT_ERROR and response.status != HTTPStatus.TOO_MANY_REQUESTS
        body = as_utf8(response.body[:LARGEST])
        is_html = body.lstrip()[:1] == b"<"
        if not is_missing and (status_class != SUCCESS or is_html):
            self._close(netloc, "an HTML page" if status_class == SUCCESS else f"HTTP {response.status}")
            return
        rules = response.replace(body=b"" if is_missing else body)
        await super()._parse_robots(rules, netloc, request)
        self._keep_distance(netloc, request)

    def _keep_distance(self, netloc: str, request: Request) -> None:
        rules, host = self._parsers[netloc], self._health.host(request.url)
        agent = self._robotstxt_useragent or self._default_useragent
        delay = rules.crawl_delay(agent) if isinstance(rules, RobotParser) else None
        if not delay:
            return
        if delay > self._health.longest_pause:
            self._health.give_up(host, f"its crawl-delay of {delay:.0f} s is longer than ESPRESO_LONGEST_PAUSE")
        else:
            self._health.keep_distance(host, request, delay)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        is_told = isinstance(exc, HostUnavailable)
        self._close(netloc, str(exc) if is_told else f"{type(exc).__name__}: {exc}".removesuffix("."))

    def _close(self, netloc: str, reason: str) -> None:
        self._stats.inc_value("espreso/robots/unreadable")
        host = self._health.host(f"http://{netloc}/")
        self._health.give_up(host, f"robots.txt could not be read ({reason}), so nothing is fetched")
        waiting, closed = self._parsers[netloc], Closed()
        self._parsers[netloc] = closed
        if isinstance(waiting, Deferred):  # it is: the stock middleware puts one there before it asks
            waiting.callback(closed)


def as_utf8(body: bytes) -> bytes:
    """Return rules as the UTF-8 that they should be (section 2.3): Protego reads over every byte that is not."""
    encoding, mark = read_bom(body)
    if encoding is None and b"\0" in body[:2]:  # UTF-16 without its mark: rules begin with ASCII
        encoding = "utf-16-be" if body.startswith(b"\0") else "utf-16-le"
    body = body[len(mark or b"") :]
    return body.decode(encoding, "ignore").encode() if encoding else body
