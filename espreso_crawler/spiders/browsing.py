"""Start pages in a browser: feeds that only a script builds, and "More news" that is a button without a link."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler.browser import HOW_TO_INSTALL, Tab, close_tab, opening, pressing, program, tab_of
from espreso_crawler.exceptions import ConfigurationError, LayoutError, PageError
from espreso_crawler.ledger import GapReason
from espreso_crawler.pages import Feed, Page, awaits_script, feed, link_count, more_button
from espreso_crawler.spiders.arguments import Mode
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.captures import failed_request, reason
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.known import Known
from espreso_crawler.spiders.older_pages import PRIORITY, OlderPages
from espreso_crawler.spiders.presses import Presses
from espreso_crawler.spiders.walk import Walk

OPENING_PRIORITY = 10


class Browsing:
    """Opens pages in a browser where that is wanted, and reads what it shows as any other page."""

    def __init__(self, crawl: Crawl, mode: Mode, feeds: Feeds, articles: Articles, archive: OlderPages) -> None:
        """Look for a browser; raises `ConfigurationError` when none is there and ``browser=always``."""
        self._crawl = crawl
        self._feeds = feeds
        self._articles = articles
        self._archive = archive
        self._mode = mode
        self._program = None if self._mode == "never" else program(crawl.crawler.settings)
        self._has_told = False
        if self._mode == "always" and not self._program:
            raise ConfigurationError(f"browser=always: no browser is installed: {HOW_TO_INSTALL}")

    def wants(self, page: Page) -> bool:
        """Return whether a start page's feed is to be read in the browser, or not at all."""
        return self._mode == "always" or awaits_script(page)

    def requests(self, page: Page) -> Iterator[Request]:
        """Ask for a start page in the browser; without one, the page is unreadable."""
        missing = self._missing()
        if missing:
            self._crawl.unreadable(page.url, f"no news feed without its scripts, and {missing}")
        else:
            yield self._opening(page, None)

    def older(self, found: Feed, page: Page, known: Known) -> Iterator[Request]:
        """Ask for what is missing below a feed that was served: by its link, else by its button in the browser.

        `known` is what the ledger knew of its entries before it saw them.
        """
        walk = self._archive.begin(found, page, known)
        if not walk:
            return
        if not more_button(page):
            yield from self._archive.follow(walk, page, known)
        elif missing := self._missing():
            walk.give_up(GapReason.NO_BROWSER, missing)
        else:
            yield self._opening(page, self._presses(walk))

    def parse(self, response: Response, presses: Presses | None) -> Iterator[Request]:
        """Read the feed of a page in the browser, and go on below it if more is wanted."""
        try:
            page, found = self._read(response)
        except PageError as error:
            self._give_up(response, presses, str(error))
            return
        known = self._archive.known(found)
        yield from self._articles.requests(self._feeds.follow(found, page.url))
        walk = presses.walk if presses else self._archive.begin(found, page, known)
        if walk and more_button(page):
            yield from self._press(tab_of(response.meta), page, found, presses or self._presses(walk), known)
            return
        close_tab(response.meta)
        if walk:
            yield from self._archive.follow(walk, page, known)

    def pressed(self, response: Response, presses: Presses) -> Iterator[Request]:
        """Read what a press has added, and press again while the walk is not at its end."""
        tab = tab_of(response.meta)
        try:
            page, found = self._read(response)
            new = presses.new(found.entries)
            if not new and not tab.is_at_end:
                raise LayoutError(f"{response.url}: pressing the button added links, but no entries to the feed")
        except PageError as error:
            self._give_up(response, presses, str(error))
            return
        known = self._archive.known(found)
        yield from self._articles.requests(self._feeds.follow(replace(found, entries=new), page.url))
        yield from self._press(tab, page, found, presses, known)

    def failed(self, failure: Failure) -> None:
        """Record a page that the browser could not open, or a press that brought nothing."""
        request = failed_request(failure)
        self._give_up(request, request.cb_kwargs["presses"], reason(failure))

    def _read(self, response: Response) -> tuple[Page, Feed]:
        if response.status != HTTPStatus.OK:
            raise LayoutError(f"{response.url}: HTTP {response.status}, asked by the browser")
        page = self._crawl.page(response)
        found = feed(page)
        if not found.entries:
            trouble = tab_of(response.meta).traffic.trouble
            why = f"; {trouble}" if trouble else ""
            raise LayoutError(f"{response.url}: the news feed is empty, also in the browser{why}")
        return page, found

    def _presses(self, walk: Walk) -> Presses:
        """Return the presses of a walk; the setting is read here, for a spider is made before settings are checked."""
        return Presses(walk, self._crawl.crawler.settings.getint("ESPRESO_BROWSER_PRESSES"))

    def _missing(self) -> str | None:
        """Return why there is no browser, with the way to one the first time."""
        if self._mode == "never":
            return "a browser is not wanted (browser=never)"
        if self._program:
            return None
        told, self._has_told = self._has_told, True
        return "no browser is installed" + ("" if told else f": {HOW_TO_INSTALL}")

    def _opening(self, page: Page, presses: Presses | None) -> Request:
        return Request(
            page.url,
            self.parse,
            errback=self.failed,
            cb_kwargs={"presses": presses},
            meta=opening(link_count(page)),
            priority=OPENING_PRIORITY,
        )

    def _press(self, tab: Tab, page: Page, found: Feed, presses: Presses, known: Known) -> Iterator[Request]:
        """Ask for one more press; when that was the last one, close the tab."""
        button = more_button(page)
        if not presses.go_on(found.entries, known, self._crawl.left):
            tab.close()
        elif tab.is_at_end or not button:
            presses.end()
            tab.close()
        else:
            yield Request(
                page.url,
                self.pressed,
                errback=self.failed,
                cb_kwargs={"presses": presses},
                meta=pressing(tab, button),
                priority=PRIORITY,
            )

    def _give_up(self, asked: Request | Response, presses: Presses | None, why: str) -> None:
        """End what the browser was asked for: the walk, or the start page."""
        close_tab(asked.meta)
        if presses:
            self._crawl.failed(asked.url, why)
            presses.walk.give_up(GapReason.UNREADABLE, why)
        else:
            self._crawl.unreadable(asked.url, why)
