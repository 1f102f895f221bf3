"""One tab: a page that is open, what its scripts have made of it, and the button that makes them add more."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from espreso_crawler.exceptions import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Page

    from espreso_crawler.browser.traffic import Traffic

LATE_SECONDS = 2.0
"""How long a script may take to show what it has loaded, or to begin at all."""
LINKS = "document.links.length"


class Tab:
    """An open page, in a browser context of its own; the caller closes it.

    ``patience`` is for how many seconds a page that does not come to rest is waited for.
    """

    def __init__(self, page: "Page", traffic: "Traffic", patience: float, close: Callable[["Tab"], None]) -> None:
        self.page = page
        self.traffic = traffic
        self.is_at_end = False
        """Whether the last press showed that there is no more: no button any more, or a good answer without links."""
        self._is_quiet = False
        self._patience = patience
        self._close = close

    def close(self) -> None:
        """Close the page, its context and all they hold; returns at once."""
        self._close(self)

    async def loaded(self, links: int) -> None:
        """Wait until the page's scripts are done, and show more links than the page came with if they can."""
        await self._grown(links)

    async def press(self, selector: str) -> None:
        """Press a button and wait for what it adds. Raises `BrowserError` when that is nothing, and not by intent."""
        button = self.page.locator(selector).first
        if not (await button.count() and await button.is_visible() and await button.is_enabled()):
            self.is_at_end = True
            return
        url, links = self.page.url, await self._links()
        self.traffic.begin()
        # Not a click by mouse: whatever lies over the button, such as a consent banner, would have to be moved first.
        await button.dispatch_event("click")
        if await self._grown(links) or self.page.url != url:
            return
        fault = self._fault()
        if fault:
            raise BrowserError(f"{url}: pressing the button added nothing: {fault}")
        self.is_at_end = True

    def _fault(self) -> str | None:
        """Return why a press that added nothing says nothing about the end of the feed."""
        traffic = self.traffic
        if traffic.failed or not traffic.answered:
            return traffic.trouble or "no request was made"
        return None if self._is_quiet else f"requests went on for more than {self._patience:g} s"

    async def _grown(self, links: int) -> bool:
        """Wait until the page is quiet; return whether it then has more links."""
        from playwright.async_api import TimeoutError as TooLate  # noqa: PLC0415  # see handler.py

        await self._quiet()
        if await self._links() > links:
            return True
        try:
            await self.page.wait_for_function(f"{LINKS} > {links}", timeout=LATE_SECONDS * 1000)
        except TooLate:
            return False
        await self._quiet()
        return True

    async def _quiet(self) -> None:
        self._is_quiet = await self.traffic.settled(self._patience)
        if self.traffic.is_gone:
            raise BrowserError(f"{self.page.url}: the page has crashed in the browser")

    async def _links(self) -> int:
        await self.page.wait_for_load_state("domcontentloaded")  # a press may lead to another page
        return int(await self.page.evaluate(LINKS))
