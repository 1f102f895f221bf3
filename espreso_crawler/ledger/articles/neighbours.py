"""Sketches of recent texts, found by the keys that near-copies share; what a sketch means is not known here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store.database import Database

MOST = 50
"""Candidates compared at most: those that share most keys."""
DAY = 86_400
PURGED = 8
"""Expired sketches that go with each new one: more than come, so that the table follows the window."""

# Keys are random: by day of publication, so that a flush changes a few pages and not one for every key.
NEAR = """
SELECT id, published, sketch FROM (
    SELECT neighbour, count(*) AS shared FROM neighbour_keys
    WHERE day IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?))
    GROUP BY neighbour ORDER BY shared DESC, neighbour LIMIT ?
) JOIN neighbours USING (neighbour)
WHERE id <> ? AND published BETWEEN ? AND ? ORDER BY shared DESC, neighbour
"""
FORGET = "DELETE FROM neighbours WHERE id = ?"
ADD = "INSERT INTO neighbours (id, published, expires, keys, sketch) VALUES (?, ?, ?, ?, ?)"
PURGE = "DELETE FROM neighbours WHERE neighbour IN (SELECT neighbour FROM neighbours WHERE expires < ? LIMIT ?)"


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
        days = orjson.dumps([*range(oldest // DAY, newest // DAY + 1)]).decode()
        keys, own = orjson.dumps(text.keys).decode(), set(text.keys)
        rows = self._session.db.rows(NEAR, (days, keys, MOST, text.id, oldest, newest))
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


def write(db: Database, text: Neighbour, *, now: int) -> None:
    """Keep a text in place of the article's earlier one, and let expired ones go; in the caller's transaction."""
    db.write(FORGET, (text.id,))
    db.write(ADD, (text.id, text.published, text.expires, orjson.dumps(text.keys).decode(), text.sketch))
    db.write(PURGE, (now, PURGED))
