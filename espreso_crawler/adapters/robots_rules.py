"""Scrapy's robots.txt middleware, opened where it has no door: what an answer means, and what a failure does."""

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

TRIED = {"Scrapy": "2.19.0"}


class OpenRobotsTxtMiddleware(RobotsTxtMiddleware):
    """Asks its subclass what an answer to robots.txt says, and tells it what came of it."""

    def rules_in(self, response: Response) -> bytes:
        """Return the rules in an answer. Raises ValueError, saying why, when they cannot be read."""
        raise NotImplementedError

    def read(self, rules: RobotParser, request: Request) -> None:
        """Take note of a host's rules; the request is for its robots.txt."""
        raise NotImplementedError

    def unreadable(self, netloc: str, error: Exception) -> RobotParser:
        """Return the rules of a host whose robots.txt could not be read."""
        raise NotImplementedError

    @property
    def agent(self) -> str:
        """The name by which rules are for this crawler."""
        name: str = self._robotstxt_useragent or self._default_useragent
        return name

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        try:
            body = self.rules_in(response)
        except ValueError as error:
            self._robots_error(error, netloc)
            return
        await super()._parse_robots(response.replace(body=body), netloc, request)
        rules = self._parsers[netloc]
        if isinstance(rules, RobotParser):
            self.read(rules, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting, rules = self._parsers[netloc], self.unreadable(netloc, exc)
        self._parsers[netloc] = rules
        if isinstance(waiting, Deferred):  # it is: the stock middleware puts one there before it asks
            waiting.callback(rules)
