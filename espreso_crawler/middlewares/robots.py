"""robots.txt as RFC 9309 wants it: what cannot be read forbids everything, where the stock middleware allows it."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from espreso_crawler.adapters.robots_rules import OpenRobotsTxtMiddleware
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


class RobotsMiddleware(OpenRobotsTxtMiddleware):
    """Obeys robots.txt, its crawl-delay too; gives hosts up that have none: ``espreso/robots/unreadable``.

    robots.txt is asked for again as any page is (`BackoffMiddleware`), and the requests of its host wait for it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
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

    def rules_in(self, response: Response) -> bytes:
        """Return the rules in an answer; raises ValueError when they cannot be read."""
        return answers.rules(response.status, response.body)

    def read(self, rules: RobotParser, request: Request) -> None:
        """Keep the distance between requests that the rules ask for."""
        if delay := rules.crawl_delay(self.agent):
            self._manners.keep_distance(request, delay)

    def unreadable(self, netloc: str, error: Exception) -> RobotParser:
        """Give the host up."""
        is_told = isinstance(error, HostUnavailable | ValueError)
        reason = str(error) if is_told else f"{type(error).__name__}: {error}".removesuffix(".")
        self._crawler.stats.inc_value("espreso/robots/unreadable")
        self._manners.give_up(f"http://{netloc}/", f"robots.txt could not be read ({reason}), so nothing is fetched")
        return Closed()
