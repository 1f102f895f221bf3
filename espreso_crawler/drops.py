"""Every reason to drop a request or an item, as Scrapy wants it told: by an exception of its own kinds; no behaviour.

Apart from `exceptions.py`, which programs that only extract import too: they do without Scrapy.
"""

from scrapy.exceptions import DropItem, IgnoreRequest

from espreso_crawler.exceptions import EspresoError


class HostUnavailable(IgnoreRequest, EspresoError):
    """A host that refuses, fails or is given up for this run; it is not the page's fault.

    Raised by ``middlewares/`` in place of a response; the spiders' errbacks leave the entry pending, until
    ``retry_after`` (seconds from now) if the host named a time.
    """

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class CrawlEnds(HostUnavailable):
    """The crawl is about to end; nothing is wrong with page or host.

    Raised by ``middlewares/`` for what is not sent yet; the entry stays leased, and the end of the run gives it back.
    """


class Unchanged(DropItem):
    """Dropped by ``deduplicate``: this text is already in the output. No action needed."""


class Duplicate(DropItem):
    """Dropped by ``emit``: another address of an article that this run already holds. No action needed."""


class Invalid(DropItem):
    """Dropped by ``validate``: the record breaks the schema; it lies with every error in the rejects folder."""


class NearDuplicate(DropItem):
    """Dropped by ``emit`` when ``ESPRESO_NEAR_DUPLICATES`` is ``drop``; names the earlier article, which is out."""


class OptedOut(DropItem):
    """Dropped by ``withhold`` when ``ESPRESO_OPT_OUT`` is ``skip`` and page or site ask for that."""


class Forgotten(DropItem):
    """Dropped by ``emit``: ``scrapy ledger forget`` took the article out; it never comes back. No action needed."""


class Unwritten(DropItem):
    """Dropped by ``deduplicate`` and ``emit`` after a `LedgerError`: the crawl ends, and the entry stays pending."""
