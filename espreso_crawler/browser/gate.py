"""What the browser may load: documents of the tab, scripts and data, from the crawl's hosts, as robots.txt allows."""

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as BrowserRequest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

from espreso_crawler.extensions.manners import manners_of
from espreso_crawler.manners.scope import is_in_scope

PAUSE = "pause"
# What can build a feed. Images, fonts, media and style sheets cannot, and beacons count visitors.
KINDS = frozenset({"document", "script", "xhr", "fetch"})


class Gate:
    """Judges every request of the browser."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._robots = crawler.get_downloader_middleware(RobotsTxtMiddleware)
        self._manners = manners_of(crawler)

    async def refusal(self, request: BrowserRequest) -> str | None:
        """Return why a request must not be made: ``kind``, ``frame``, or as `refusal_of`; None when it may."""
        if request.resource_type not in KINDS:
            return "kind"
        if request.resource_type == "document" and not _is_of_the_tab(request):
            return "frame"
        return await self.refusal_of(request.url)

    async def refusal_of(self, url: str) -> str | None:
        """Return why an address must not be asked for: ``host``, ``robots`` or ``pause``; None when it may."""
        if not is_in_scope(url, self._hosts):
            return "host"
        host = self._manners.host(url)
        if host.closed or host.left > 0:
            return PAUSE
        if self._robots is None:  # ROBOTSTXT_OBEY is off
            return None
        request = Request(url)
        try:
            self._robots.process_request_2(await self._robots.robot_parser(request), request)
        except IgnoreRequest:
            return "robots"
        return None

    @property
    def _hosts(self) -> frozenset[str]:
        hosts: frozenset[str] = getattr(self._crawler.spider, "hosts", frozenset())
        return hosts


def _is_of_the_tab(request: BrowserRequest) -> bool:
    """Return whether a document is for the tab itself: frames hold advertising."""
    try:
        return request.frame.parent_frame is None
    except PlaywrightError:  # a frame that is not there yet: a window that a script opens
        return False
