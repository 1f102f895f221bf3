"""The crawl's browser program and its tabs: started with the first page that asks for it, closed with the crawl."""

import asyncio
import logging
from contextlib import suppress
from itertools import count

from playwright.async_api import BrowserContext, Download, Page, Route, WebSocketRoute
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as BrowserRequest
from playwright.async_api import Response as Answer
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.signals import response_downloaded
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.provider import PlaywrightBrowserProvider

from espreso_crawler.browser.executable import HOW_TO_INSTALL, launch_options, program
from espreso_crawler.browser.gate import PAUSE, Gate
from espreso_crawler.browser.meta import BUTTON, KEY, LINKS, close_tab, tab_of
from espreso_crawler.browser.tab import Tab
from espreso_crawler.browser.traffic import FIRST_ERROR, MOST, Traffic
from espreso_crawler.exceptions import BrowserError

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0
SIZE = "document.documentElement.outerHTML.length"


class Windows:
    """Opens pages by scrapy-playwright, each in a context of its own, and lets them load only what `Gate` allows."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getfloat("ESPRESO_BROWSER_SECONDS")
        self._gate = Gate(crawler)
        self._tabs: dict[Page, Tab] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._numbers = count(1)
        self._starting = asyncio.Lock()
        self._playwright: ScrapyPlaywrightDownloadHandler | None = None

    async def response(self, request: Request) -> Response:
        """Return the page as it stands after opening it or pressing its button.

        Raises `BrowserError`, in one line, for whatever goes wrong; the tab is closed then.
        """
        step = self._press if request.meta[KEY] else self._open
        try:
            async with asyncio.timeout(self._limit):
                return await step(request)
        except TimeoutError:
            reason = f"{request.url}: the browser was not done after {self._limit:g} s"
        except PlaywrightError as error:
            reason = f"{request.url}: the browser failed: {_line(error)}"
        except RuntimeError as error:  # scrapy-playwright's, for a download
            reason = f"{request.url}: the browser failed: {error}"
        except BrowserError as error:
            reason = str(error)
        self._close_failed(request)
        raise BrowserError(reason)

    async def close(self) -> None:
        """Close every tab and the program; one that does not end in time dies with this process."""
        if self._playwright is None:
            return
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await asyncio.gather(*self._closing, return_exceptions=True)
                await self._playwright.close()
        except (TimeoutError, PlaywrightError) as error:
            logger.debug("The browser did not close: %s", error)

    async def _open(self, request: Request) -> Response:
        playwright = await self._started()
        name = f"espreso-{next(self._numbers)}"
        request.meta.update(
            playwright=True,
            playwright_include_page=True,
            playwright_context=name,
            playwright_context_kwargs={
                "user_agent": self._crawler.settings["USER_AGENT"],
                "service_workers": "block",
                "accept_downloads": False,
            },
            # No later: until then scrapy-playwright takes any download that a script starts for the page itself.
            playwright_page_goto_kwargs={"wait_until": "commit", "timeout": self._limit * 1000},
            playwright_page_init_callback=self._guard,
        )
        response = await playwright.download_request(request)
        tab = self._tabs[request.meta["playwright_page"]]
        request.meta[KEY] = tab
        await tab.loaded(request.meta[LINKS])
        return await self._shown(tab, request, response.status)

    async def _press(self, request: Request) -> Response:
        tab = tab_of(request.meta)
        await tab.press(request.meta[BUTTON])
        return await self._shown(tab, request, 200)

    async def _shown(self, tab: Tab, request: Request, status: int) -> Response:
        """Return what the tab shows now; redirects inside the browser come before no gate, so look where they led."""
        url = tab.page.url
        refusal = await self._gate.refusal_of(url)
        if refusal and refusal != PAUSE:  # what a host had given before it asked for rest is ours
            reason = tab.traffic.trouble or f"{url} is refused ({refusal})"
            raise BrowserError(f"{request.url}: the page leads elsewhere: {reason}")
        largest = self._crawler.settings.getint("DOWNLOAD_MAXSIZE")
        size = await tab.page.evaluate(SIZE)  # asked before it is taken over
        if size > largest:
            raise BrowserError(f"{url}: the page has grown to {size} characters, more than {largest}")
        body = (await tab.page.content()).encode("utf-8", "replace")
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return HtmlResponse(url, status, headers, body, request=request, encoding="utf-8", flags=["browser"])

    async def _started(self) -> ScrapyPlaywrightDownloadHandler:
        async with self._starting:
            if self._playwright is None:
                path = program(self._crawler.settings)
                if path is None:
                    raise BrowserError(f"no browser is installed: {HOW_TO_INSTALL}")
                playwright = ScrapyPlaywrightDownloadHandler(self._crawler)
                hosts = getattr(self._crawler.spider, "hosts", ())
                playwright.config.launch_options = launch_options(path, hosts) | playwright.config.launch_options
                playwright.abort_request = self._is_refused
                # scrapy-playwright does this when the engine starts; by now that is long ago.
                playwright.browser_provider = PlaywrightBrowserProvider(playwright.config)
                await playwright.browser_provider.start()
                logger.info("Browser: %s", path)
                self._playwright = playwright
            return self._playwright

    async def _guard(self, page: Page, _request: Request) -> None:
        """Take a new page under the gate. Last of all it is entered among the tabs: before that it may load nothing."""
        await page.context.route("**", self._refuse_window)  # the tab's own requests are routed before that
        await page.route_web_socket("**", self._refuse_socket)
        page.on("popup", _close_page)
        page.on("download", self._refuse_download)
        page.on("response", self._tell)
        self._tabs[page] = Tab(page, Traffic(page), self._limit / 3, self._close)

    def _tell(self, answer: Answer) -> None:
        """Let the crawl know of a failure inside the browser as of any other: a host that asks for rest gets it."""
        if answer.status < FIRST_ERROR:
            return
        asked = answer.headers.get("retry-after")
        headers = {"Retry-After": asked} if asked else {}
        request = Request(answer.url)
        response = Response(answer.url, answer.status, headers, request=request)
        spider = self._crawler.spider
        self._crawler.signals.send_catch_log(response_downloaded, response=response, request=request, spider=spider)

    async def _is_refused(self, request: BrowserRequest) -> bool:
        tab = self._tab_of(request)
        if tab is None:
            self._count_refusal("window")
            return True
        refusal = await self._gate.refusal(request)
        if not refusal and tab.traffic.passed >= MOST:
            refusal = "number"
        if refusal:
            self._count_refusal(refusal)
            tab.traffic.held_back(request, refusal)
            return True
        self._crawler.stats.inc_value("espreso/browser/requests")
        tab.traffic.let_out(request)
        return False

    def _tab_of(self, request: BrowserRequest) -> Tab | None:
        try:
            return self._tabs.get(request.frame.page)
        except PlaywrightError:  # no frame yet, or a worker
            return None

    async def _refuse_window(self, route: Route) -> None:
        self._count_refusal("window")
        await route.abort()

    async def _refuse_socket(self, socket: WebSocketRoute) -> None:
        self._count_refusal("kind")
        await socket.close()

    async def _refuse_download(self, download: Download) -> None:
        self._count_refusal("download")  # it has been asked for: a download passes no route
        with suppress(PlaywrightError):
            await download.cancel()

    def _count_refusal(self, reason: str) -> None:
        self._crawler.stats.inc_value("espreso/browser/refused")
        self._crawler.stats.inc_value(f"espreso/browser/refused/{reason}")

    def _close_failed(self, request: Request) -> None:
        name = request.meta.get("playwright_context")
        wrapper = self._playwright.context_wrappers.get(name) if self._playwright else None
        if request.meta[KEY]:
            close_tab(request.meta)
        elif wrapper:
            self._close_later(wrapper.context)

    def _close(self, tab: Tab) -> None:
        if self._tabs.pop(tab.page, None):
            self._close_later(tab.page.context)

    def _close_later(self, context: BrowserContext) -> None:
        closing = asyncio.ensure_future(_closed(context))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _line(error: PlaywrightError) -> str:
    """Return an error in a line: Playwright's first, and what the program itself said at its end, if it is told."""
    first, *rest = error.message.splitlines() or [type(error).__name__]
    said = [line.partition("[err] ")[2] for line in rest if "[err] " in line]
    return ": ".join([first, *sorted(said, key=lambda line: "FATAL" not in line)[:1]])


async def _closed(context: BrowserContext) -> None:
    with suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            await context.close()


async def _close_page(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()
