"""What ``scrapy check`` holds the spiders' callbacks to: pages of the demo site, made on the spot; no network."""

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.contracts import Contract
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from espreso_crawler import site

if TYPE_CHECKING:
    from espreso_crawler.demo_site import Application

HOST = site.HOST_OF_EDITION[site.DEFAULT_EDITION]
META = "demo_page"
NEWEST = "newest"
NEW = "new"
"""As the ledger counts an address that it did not know."""


class DemoPage(Contract):
    """``@demo_page PATH``: the callback gets this page of the demo site; ``newest`` is the newest article.

    Only for spiders of this package, and for subclasses that read the same pages.
    """

    name = "demo_page"

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        """Ask for the page."""
        (path,) = self.args
        args["url"] = f"http://{HOST}{_newest() if path == NEWEST else path}"
        args["meta"] = {META: True}
        return args


class Lists(Contract):
    """``@lists N``: the callback has told the ledger of at least N addresses."""

    name = "lists"

    def __init__(self, method: Any, *args: str) -> None:
        super().__init__(method, *args)
        self._spider = method.__self__

    def post_process(self, _output: list[Any]) -> None:
        """Read the spider's stats; the callback's output has nothing to do with it."""
        stats = self._spider.crawler.stats
        found = stats.get_value(f"espreso/list/{NEW}", 0)
        if found < int(self.args[0]):
            raise AssertionError(f"{found} addresses were new, expected {self.args[0]} or more")


class DemoPagesMiddleware:
    """Downloader middleware of `DemoPage`: answers its requests, and no other."""

    def process_request(self, request: Request) -> Response | None:
        """Return the page that a contract asks for."""
        return _page(request) if META in request.meta else None


def _page(request: Request) -> Response:
    from espreso_crawler.demo_site.responses import Request as Asked  # noqa: PLC0415  # few commands need the site

    parts = urlsplit(request.url)
    answer = _site().response(Asked("GET", parts.path, parts.netloc))
    headers = {b"Content-Type": answer.content_type.encode()}
    kind = responsetypes.from_args(headers=headers, url=request.url, body=answer.body)
    return kind(request.url, status=answer.status, headers=headers, body=answer.body, request=request)


@cache
def _site() -> "Application":
    from espreso_crawler.demo_site import Application, Site, SiteOptions  # noqa: PLC0415

    return Application(Site(SiteOptions(page_bytes=20_000)))


def _newest() -> str:
    site = _site().site
    return f"/{site.brief(site.newest).slug}"
