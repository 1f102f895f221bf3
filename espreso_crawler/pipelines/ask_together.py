"""Step 190: articles that arrive within a moment ask a ledger on a server together, in one round trip for all."""

import asyncio
from typing import NamedTuple, Self

from scrapy.crawler import Crawler

from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.items import Article
from espreso_crawler.ledger import Near
from espreso_crawler.pipelines.drafts import addresses, carried
from espreso_crawler.pipelines.texts import kept, window

MOMENT = 0.05
"""Seconds for which an article waits for others, while pages are fetched and read."""
MOST = 20


class Waiting(NamedTuple):
    """An article that waits for the answer to its questions."""

    asked: tuple[str, str | int | None, list[str]]
    """Edition, number and addresses."""
    text: Near | None
    answered: asyncio.Future[None]


class AskTogetherPipeline:
    """Lets the ledger know what the next steps are going to ask; without it, each of them asks by itself."""

    def __init__(self, keeper: LedgerExtension, seconds: int) -> None:
        self.keeper = keeper
        self.seconds = seconds
        self._waiting: list[Waiting] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        return cls(keeper_of(crawler), window(crawler.settings))

    async def process_item(self, item: Article) -> Article:
        """Return the article, at once if the ledger is on this machine."""
        entries, entry = self.keeper.ledger.entries, carried(item).entry_url
        with self.keeper.guarding():
            if self.keeper.ledger.is_on_a_server:
                if entry:
                    entries.handled(entry)
                await self._ask(item)
                if entry:
                    entries.handling(entry)
        return item

    def _ask(self, item: Article) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        prepared = carried(item).prepared
        text = Near.to(kept(item, prepared.sketch, 0), self.seconds) if prepared and prepared.sketch else None
        answered: asyncio.Future[None] = loop.create_future()
        self._waiting.append(Waiting((item.edition or "", item.entity_id, addresses(item)), text, answered))
        if len(self._waiting) == 1:
            loop.call_later(MOMENT, self._answer, self._waiting)
        elif len(self._waiting) == MOST:
            self._answer(self._waiting)
        return answered

    def _answer(self, waiting: list[Waiting]) -> None:
        """Ask for all that wait; those of which there were enough have been answered before their moment was over."""
        if waiting is not self._waiting:
            return
        self._waiting = []
        failed: Exception | None = None
        try:
            self.keeper.ledger.articles.expect(
                [each.asked for each in waiting], [each.text for each in waiting if each.text]
            )
        except Exception as error:  # noqa: BLE001  # nobody is told of it here: it belongs to those who wait
            failed = error
        for each in waiting:
            if each.answered.done():  # its crawl has let it go
                continue
            if failed:
                each.answered.set_exception(failed)
            else:
                each.answered.set_result(None)
