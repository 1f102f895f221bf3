"""What a tab has under way: how a script's work is known to be done, and whether the site answered it."""

import asyncio

from playwright.async_api import Page, Request, Response

QUIET_SECONDS = 0.3
FIRST_ERROR = 400


class Traffic:
    """The requests of one tab that passed the gate."""

    def __init__(self, page: Page) -> None:
        self.answered = 0
        """Answers since `begin`, but for errors."""
        self.failed = 0
        """Requests since `begin` without an answer or with an error's status, and scripts that broke off."""
        self._under_way: set[Request] = set()
        self._moved = asyncio.Event()
        page.on("request", self._redirected)
        page.on("response", self._answered)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._failed)
        page.on("pageerror", self._broke_off)
        page.on("close", self._gone)
        page.on("crash", self._gone)

    def begin(self) -> None:
        """Count anew."""
        self.answered = self.failed = 0

    def passed(self, request: Request) -> None:
        """Note a request that goes out."""
        self._under_way.add(request)
        self._moved.set()

    async def settled(self) -> None:
        """Wait until nothing has been under way for `QUIET_SECONDS`; the caller limits the time."""
        while True:
            self._moved.clear()
            try:
                async with asyncio.timeout(None if self._under_way else QUIET_SECONDS):
                    await self._moved.wait()
            except TimeoutError:
                return

    def _redirected(self, request: Request) -> None:
        if request.redirected_from in self._under_way:
            self.passed(request)

    def _answered(self, response: Response) -> None:
        if response.status < FIRST_ERROR:
            self.answered += 1
        else:
            self.failed += 1

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)
        self._moved.set()

    def _broke_off(self, _error: Exception) -> None:
        self.failed += 1

    def _gone(self, _page: Page) -> None:
        """Wait for nothing more: the next look at the page says what has happened."""
        self._under_way.clear()
        self._moved.set()

    def _failed(self, request: Request) -> None:
        if request in self._under_way:  # not one that the gate refused
            self.failed += 1
            self._ended(request)
