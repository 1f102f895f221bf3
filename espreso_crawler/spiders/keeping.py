"""Which pages of a crawl are kept in its archive, and that their records say where."""

from collections.abc import Iterable

from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.extensions.archive import WAITS, ArchiveExtension
from espreso_crawler.extensions.captures import capture_of
from espreso_crawler.extensions.reservations import ReservationsExtension
from espreso_crawler.items import Article
from espreso_crawler.pages.opt_outs import NOT_KEPT, RESERVED, reserves_any


class Keeping:
    """A crawl's archive, as its spider uses it; does nothing in a crawl without one."""

    def __init__(self, crawler: Crawler) -> None:
        self._archive = crawler.get_extension(ArchiveExtension)
        self._reservations = crawler.get_extension(ReservationsExtension)
        self._keeps_all = crawler.settings["ESPRESO_OPT_OUT"] == "flag"
        self.meta = {WAITS: True} if self._archive else {}
        """For requests whose answers are kept by what their pages say."""

    def page(self, response: Response) -> None:
        """Keep a page that was read, unless that was decided already."""
        if self._archive:
            self._archive.keep(response)

    async def article(self, response: Response, item: Article | None, others: Iterable[str]) -> None:
        """Keep the page of an article, unless page or site ask not to, and let the record point to it.

        `others` are its other addresses. A page on which no article was found is kept as any page.
        """
        if self._archive and item is not None and self._reservations is not None and not self._keeps_all:
            await self._reservations.asked(item.url or "")
        self.known(response, item, others)

    async def item(self, response: Response, item: Article) -> None:
        """Do the same for an article that has its capture."""
        capture = capture_of(item)
        await self.article(response, item, capture.urls if capture else ())

    def known(self, response: Response, item: Article | None, others: Iterable[str]) -> None:
        """Do the same by what is known of the site so far; if that is nothing, the page is left out."""
        if self._archive is None:
            return
        if item is not None and not self._may_keep(item, others):
            self._archive.leave_out(response)
        elif (pointer := self._archive.keep(response)) and item is not None:
            item.evidence.warc_file, item.evidence.warc_offset = pointer

    def _may_keep(self, item: Article, others: Iterable[str]) -> bool:
        if self._keeps_all:
            return True
        file = self._reservations.known(item.url or "") if self._reservations else None
        wishes = {*item.opt_outs, *([RESERVED] if file is None or reserves_any(file, item.url or "", others) else [])}
        return wishes.isdisjoint(NOT_KEPT)
