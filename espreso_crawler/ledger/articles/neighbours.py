"""Sketches of recent texts, found by the keys that near-copies share; what a sketch means is not known here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from espreso_crawler.ledger.store import neighbour_rows
from espreso_crawler.ledger.store.database import Database, Question

if TYPE_CHECKING:  # they know articles, which know drafts, which know what is kept of texts
    from espreso_crawler.ledger.articles.lookups import Lookups

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


@dataclass(frozen=True, slots=True)
class Near:
    """What a text that is near another may look like."""

    keys: tuple[int, ...]
    """It has one of these."""
    oldest: int
    newest: int
    """When it was published, seconds since 1970, both included."""

    @classmethod
    def to(cls, text: Neighbour, seconds: int) -> Self:
        """Return what is near a text, published at most so many seconds before or after."""
        return cls(tuple(text.keys), text.published - seconds, text.published + seconds)

    def spans(self, published: int) -> bool:
        """Whether a time lies in its span."""
        return self.oldest <= published <= self.newest

    def question(self) -> Question:
        """Ask what is kept of such texts."""
        days = [*range(self.oldest // DAY, self.newest // DAY + 1)]
        return neighbour_rows.near(days=days, keys=self.keys, most=MOST, span=(self.oldest, self.newest))


class Noted(NamedTuple):
    """What goes into an article's draft, under the names that it has there."""

    text: Neighbour | None = None
    links: Sequence[bytes] = ()
    copy_of: str | None = None


class Neighbours:
    """``ledger.neighbours``: texts of committed articles, and of those that wait for their flush."""

    def __init__(self, lookups: "Lookups", waiting: Callable[[], Iterable[Neighbour]]) -> None:
        self._lookups = lookups
        self._waiting = waiting
        self._noted: dict[str, Noted] = {}

    def near(self, text: Neighbour, *, seconds: int) -> list[Neighbour]:
        """Return texts of other articles that share a key, published at most so many seconds before or after."""
        asked, own = Near.to(text, seconds), set(text.keys)
        waiting = [
            other
            for other in self._waiting()
            if other.id != text.id and asked.spans(other.published) and not own.isdisjoint(other.keys)
        ]
        known = {text.id, *(other.id for other in waiting)}
        return waiting + [Neighbour(*row) for row in self._lookups.near(asked) if row["id"] not in known]

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
