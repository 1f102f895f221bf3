"""What becomes of a failed request: asked again after its host's pause, given to its callback, or put off."""

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import load_object

from espreso_crawler.drops import HostUnavailable
from espreso_crawler.exceptions import HeldBack
from espreso_crawler.extensions.manners import MannersExtension, manners_of
from espreso_crawler.manners.answers import REFUSALS, is_failure
from espreso_crawler.manners.challenge import challenge
from espreso_crawler.manners.host import Host

# A wait looks this often, in seconds, whether the crawl was told to end.
GLANCE = 0.2


class BackoffMiddleware:
    """In place of Scrapy's retry middleware, which neither waits nor reads ``Retry-After``.

    Uses its settings: ``RETRY_ENABLED``, ``RETRY_TIMES`` and ``RETRY_EXCEPTIONS``. Counts challenge and block pages as
    ``espreso/host/challenges``.
    """

    def __init__(self, crawler: Crawler, manners: MannersExtension) -> None:
        self._crawler = crawler
        self._manners = manners
        settings = crawler.settings
        self._times = settings.getint("RETRY_TIMES") if settings.getbool("RETRY_ENABLED") else 0
        self._exceptions = tuple(map(load_object, settings.getlist("RETRY_EXCEPTIONS")))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's hosts."""
        return cls(crawler, manners_of(crawler))

    async def process_request(self, request: Request) -> Request | None:
        """Refuse what goes to a host that is given up; send what goes to a paused one to stand aside."""
        host = self._manners.host(request.url)
        is_page = request.callback is not NO_CALLBACK
        if not is_page:  # asked for by a component, past the scheduler: it waits here
            await self._pause_over(host)
        self._manners.require_open(request.url)
        return request if is_page and not self._manners.may_go(request) else None

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass on what a page's callback can use. Raises `HostUnavailable` for what only says that the host fails."""
        host, is_page = self._manners.host(request.url), request.callback is not NO_CALLBACK
        refusal = challenge(response.headers.get("cf-mitigated"), response.status, response.body)
        is_failed = is_failure(response.status)
        if refusal is None and not is_failed and not (is_page and response.status in REFUSALS):
            self._manners.answered(request.url, is_page=is_page)
            return response
        reason = refusal or f"HTTP {response.status}"
        if refusal:
            self._crawler.stats.inc_value("espreso/host/challenges")
        if not is_failed or "cf-mitigated" in response.headers:  # the extension has seen the others
            self._manners.failed(request.url, reason, is_refusal=True)
        if (refusal or is_failed) and (again := self._again(host, request)):
            return again
        if _wants(request, response.status):
            return response
        if refusal or "Retry-After" in response.headers or not host.has_answered or host.closed:
            raise self._unavailable(host, reason)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again after a broken connection. Raises `HostUnavailable` when the host never answered in this run."""
        host = self._manners.host(request.url)
        if isinstance(exception, HeldBack):
            return request
        if not isinstance(exception, self._exceptions):
            self._manners.undecided(request)
            return None
        reason = f"{type(exception).__name__}: {exception}".strip(": ")
        self._manners.failed(request.url, reason, is_refusal=False)
        if again := self._again(host, request):
            return again
        if not host.has_answered or host.closed:
            raise self._unavailable(host, reason)
        return None

    def _unavailable(self, host: Host[Request], reason: str) -> HostUnavailable:
        return HostUnavailable(reason, host.rest)

    def _again(self, host: Host[Request], request: Request) -> Request | None:
        times = request.meta.get("retry_times", 0) + 1
        if request.meta.get("dont_retry") or times > request.meta.get("max_retry_times", self._times) or host.closed:
            return None
        self._crawler.stats.inc_value("retry/count")
        again = request.copy()
        again.meta["retry_times"] = times
        return again

    async def _pause_over(self, host: Host[Request]) -> None:
        while host.closed is None and host.left > 0 and self._crawler.engine.running:  # noqa: ASYNC110  # no event
            await asyncio.sleep(min(host.left, GLANCE))


def _wants(request: Request, status: int) -> bool:
    """Return whether a request takes answers of this status, as those of ``scrapy fetch`` say in Scrapy's words."""
    return bool(request.meta.get("handle_httpstatus_all")) or status in request.meta.get("handle_httpstatus_list", ())
