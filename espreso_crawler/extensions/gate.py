"""The way of an article from the pipelines into the ledger: open here, guarded where the monitors stand in it."""

from typing import Protocol

from espreso_crawler.items import Article
from espreso_crawler.ledger import Decision, Draft, Ledger
from espreso_crawler.monitors import FeedObservation


class Gate(Protocol):
    """What spiders and pipelines tell of what they read. Every method may raise `LedgerError`."""

    def look(self, article: Article) -> None:
        """See an article as its page gave it, before a part of it is withheld; else it is seen as `take` gets it."""

    def take(self, article: Article, draft: Draft) -> Decision:
        """Take an article's draft; returns what was decided about it, or would be if it went out now."""

    def no_article(self, url: str, reason: str) -> None:
        """Take note of a leased entry that led to a page without an article."""

    def trusts(self, feed: FeedObservation) -> bool:
        """Return whether what a feed says of its entries may be believed, beside their addresses."""


class OpenGate:
    """Lets everything through at once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def look(self, article: Article) -> None:
        """See nothing: nobody judges."""

    def take(self, article: Article, draft: Draft) -> Decision:
        """Give a draft to the outbox."""
        return self._ledger.outbox.emit(draft)

    def no_article(self, url: str, reason: str) -> None:
        """End the entry."""
        self._ledger.entries.settle(url, "not_article", reason)

    def trusts(self, feed: FeedObservation) -> bool:
        """Believe every feed."""
        return True
