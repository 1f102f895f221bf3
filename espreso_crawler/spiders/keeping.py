"""Which pages of a crawl are kept in its archive, and that their records say where."""

from collections.abc import Iterable

from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.extensions.archive import WAITS, ArchiveExtension
from espreso_crawler.extensions.captures import capture_of
from espreso_crawler.extensions.reservations import ReservationsExtension
from espreso_crawler.items import Article
from espreso_crawler.pages.opt_outs import NOT_KEPT, opt_outs_of, reserves_any
from espreso_crawler.reading import Reading
from espreso_crawler.spiders.captures import kept_headers


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

    async def read(self, response: Response, reading: Reading, others: Iterable[str]) -> None:
        """Keep a page that was asked for as an article, unless page or site ask not to; its record points to it.

        `others` are its other addresses. It may be kept or not in the same way when no article was found on it.
        """
        await self._article(response, reading.article, reading.opt_outs, others)

    async def item(self, response: Response, item: Article) -> None:
        """Do the same for an article that has its capture."""
        capture = capture_of(item)
        await self._article(response, item, item.opt_outs, capture.urls if capture else ())

    def known(
        self, response: Response, item: Article | None, opt_outs: Iterable[str] | None, others: Iterable[str]
    ) -> None:
        """Do the same by what is known of the site so far; if that is nothing, the page is left out.

        `opt_outs` is None for a page that could not be parsed: then its headers alone are asked.
        """
        if self._archive is None:
            return
        wishes = opt_outs_of(kept_headers(response), {}) if opt_outs is None else opt_outs
        if not self._may_keep(_url(response, item), wishes, others):
            self._archive.leave_out(response)
        elif (pointer := self._archive.keep(response)) and item is not None:
            item.evidence.warc_file, item.evidence.warc_offset = pointer

    async def _article(
        self, response: Response, item: Article | None, opt_outs: Iterable[str] | None, others: Iterable[str]
    ) -> None:
        if self._archive and self._reservations is not None and not self._keeps_all:
            await self._reservations.asked(_url(response, item))
        self.known(response, item, opt_outs, others)

    def _may_keep(self, url: str, wishes: Iterable[str], others: Iterable[str]) -> bool:
        if self._keeps_all:
            return True
        file = self._reservations.known(url) if self._reservations else None
        is_reserved = file is None or reserves_any(file, url, others)
        return not is_reserved and NOT_KEPT.isdisjoint(wishes)


def _url(response: Response, item: Article | None) -> str:
    return (item.url if item else None) or response.url
