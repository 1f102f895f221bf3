"""robots.txt as RFC 9309 wants it: what cannot be read forbids everything, where the stock middleware allows it."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from espreso_crawler.drops import HostUnavailable
from espreso_crawler.extensions.manners import manners_of
from espreso_crawler.manners import answers


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
        self._manners = manners_of(crawler)

    async def process_request(self, request: Request) -> Request | None:  # type: ignore[override]  # as Scrapy allows
        """Refuse what the rules forbid. Raises `HostUnavailable` for want of rules, and when the host is given up."""
        self._manners.require_open(request.url)
        if request.meta.get("dont_obey_robotstxt"):
            return None
        if not self._manners.may_go(request):
            return request
        with self._manners.asking_for_rules(request.url):
            rules = await self.robot_parser(request)
        self._manners.require_open(request.url)
        self.process_request_2(rules, request)
        return None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Take the rules; when they cannot be read, the host is closed."""
        try:
            body = answers.rules(response.status, response.body)
        except ValueError as error:
            self._close(netloc, str(error))
            return
        await super()._parse_robots(response.replace(body=body), netloc, request)
        rules, agent = self._parsers[netloc], self._robotstxt_useragent or self._default_useragent
        if isinstance(rules, RobotParser) and (delay := rules.crawl_delay(agent)):
            self._manners.keep_distance(request, delay)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        is_told = isinstance(exc, HostUnavailable)
        self._close(netloc, str(exc) if is_told else f"{type(exc).__name__}: {exc}".removesuffix("."))

    def _close(self, netloc: str, reason: str) -> None:
        self._stats.inc_value("espreso/robots/unreadable")
        self._manners.give_up(f"http://{netloc}/", f"robots.txt could not be read ({reason}), so nothing is fetched")
        waiting, closed = self._parsers[netloc], Closed()
        self._parsers[netloc] = closed
        if isinstance(waiting, Deferred):  # it is: the stock middleware puts one there before it asks
            waiting.callback(closed)
