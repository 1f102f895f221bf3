"""The download handler: requests that ask for the browser go there, all others where they always went."""

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from espreso_crawler.browser.meta import KEY

if TYPE_CHECKING:
    from espreso_crawler.browser.windows import Windows


class BrowserDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's own handler, and beside it a browser that nothing is loaded or started of before a request asks."""

    _windows: "Windows | None" = None

    async def download_request(self, request: Request) -> Response:
        """Return the response to a request."""
        if KEY in request.meta:
            return await self._opened().response(request)
        return await super().download_request(request)

    async def close(self) -> None:
        """Close the browser, if there is one, and the connections."""
        if self._windows is not None:
            await self._windows.close()
        await super().close()

    def _opened(self) -> "Windows":
        if self._windows is None:
            # Playwright takes 0.3 s to import: crawls that need no browser must not wait for it.
            from espreso_crawler.browser.windows import Windows  # noqa: PLC0415

            self._windows = Windows(self.crawler)
        return self._windows
