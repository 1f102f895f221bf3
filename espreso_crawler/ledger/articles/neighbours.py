"""Sketches of recent texts, found by the keys that near-copies share; what a sketch means is not known here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import neighbour_rows
from espreso_crawler.ledger.store.database import Database

MOST = 50
"""Candidates compared at most: those that share most keys."""
DAY = 86_400
PURGED = 8
"""Expired sketches that go with each new one: more than come, so that the table follows the window."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A recent text."""

    id: str
    """The article's."""
    published: int
    """Seconds since 1970."""
    sketch: bytes
    keys: Sequence[int] = ()
    """Signed, 64 bits; texts that may be near-copies share one."""
    expires: int = 0
    """Seconds since 1970 of our clock, from which nothing can be near it any more."""


class Noted(NamedTuple):
    """What goes into an article's draft, under the names that it has there."""

    text: Neighbour | None = None
    links: Sequence[bytes] = ()
    copy_of: str | None = None


class Neighbours:
    """``ledger.neighbours``: texts of committed articles, and of those that wait for their flush."""

    def __init__(self, session: Session, waiting: Callable[[], Iterable[Neighbour]]) -> None:
        self._session = session
        self._waiting = waiting
        self._noted: dict[str, Noted] = {}

    def near(self, text: Neighbour, *, seconds: int) -> list[Neighbour]:
        """Return texts of other articles that share a key, published at most so many seconds before or after."""
        oldest, newest = text.published - seconds, text.published + seconds
        days, own = range(oldest // DAY, newest // DAY + 1), set(text.keys)
        rows = neighbour_rows.near(
            self._session.db, days=[*days], keys=text.keys, most=MOST, but=text.id, span=(oldest, newest)
        )
        waiting = [
            other
            for other in self._waiting()
            if other.id != text.id and oldest <= other.published <= newest and not own.isdisjoint(other.keys)
        ]
        unflushed = {other.id for other in waiting}
        return waiting + [Neighbour(*row) for row in rows if row["id"] not in unflushed]

    def note(self, text: Neighbour, links: Sequence[bytes] = (), copy_of: str | None = None) -> None:
        """Remember what goes into an article's draft until that is made; one that never is, is pushed out."""
        while len(self._noted) >= MOST:
            del self._noted[next(iter(self._noted))]
        self._noted[text.id] = Noted(text, links, copy_of)

    def noted(self, article_id: str | None) -> Noted:
        """Return what was noted of an article, once."""
        return self._noted.pop(article_id or "", Noted())


def write(db: Database, texts: Sequence[Neighbour], *, now: int) -> None:
    """Keep texts in place of the articles' earlier ones, and let expired ones go; in the caller's transaction."""
    if texts:
        rows = [(text.id, text.published, text.expires, text.keys, text.sketch) for text in texts]
        neighbour_rows.replace(db, rows)
        neighbour_rows.purge(db, now=now, most=PURGED * len(texts))
