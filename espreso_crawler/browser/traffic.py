"""What a tab has under way: how a script's work is known to be done, and whether the site answered it."""

import asyncio
from contextlib import suppress

from playwright.async_api import Page, Request, Response

QUIET_SECONDS = 0.3
MOST = 60
"""Requests that one step may make: a script that asks for more, again and again, is no guest's."""
FIRST_ERROR = 400
NEEDED = frozenset({"document", "xhr", "fetch"})


class Traffic:
    """The requests of one tab that passed the gate."""

    def __init__(self, page: Page) -> None:
        self.is_gone = False
        """Whether the page has crashed or was closed."""
        self.begin()
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
        """Begin a step: count from nothing."""
        self.passed = 0
        """Requests that went out."""
        self.answered = 0
        """Answers, but for errors."""
        self.failed = 0
        """Requests without an answer or with an error's status, and scripts that broke off."""
        self.trouble: str | None = None
        """The last page or data that was not had, and why; or that a script broke off."""

    def let_out(self, request: Request) -> None:
        """Note a request that goes out."""
        self.passed += 1
        self._under_way.add(request)
        self._moved.set()

    def held_back(self, request: Request, reason: str) -> None:
        """Note a request that the gate refused."""
        if request.resource_type in NEEDED:
            self.trouble = f"{request.url} is refused ({reason})"

    async def settled(self, seconds: float) -> bool:
        """Wait until nothing has been under way for `QUIET_SECONDS`; return whether that came within so many."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.is_gone and await self._moves():
                    pass
                return True
        return False

    async def _moves(self) -> bool:
        self._moved.clear()
        try:
            async with asyncio.timeout(None if self._under_way else QUIET_SECONDS):
                return await self._moved.wait()
        except TimeoutError:
            return False

    def _redirected(self, request: Request) -> None:
        if request.redirected_from in self._under_way:
            self.let_out(request)

    def _answered(self, response: Response) -> None:
        if response.status < FIRST_ERROR:
            self.answered += 1
        else:
            self._fail(f"{response.url}: HTTP {response.status}")

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)
        self._moved.set()

    def _broke_off(self, error: Exception) -> None:
        self._fail(f"a script broke off: {error}".splitlines()[0])

    def _gone(self, _page: Page) -> None:
        """Wait for nothing more: the next look at the page says what has happened."""
        self.is_gone = True
        self._under_way.clear()
        self._moved.set()

    def _failed(self, request: Request) -> None:
        if request in self._under_way:  # not one that the gate refused
            self._fail(f"{request.url}: {request.failure or 'no answer'}")
            self._ended(request)

    def _fail(self, trouble: str) -> None:
        self.failed += 1
        self.trouble = self.trouble or trouble  # what comes after the first follows from it
