"""Articles the output holds: their ids, every name they go by, and what stands of each; no lines."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import orjson

from espreso_crawler import identity
from espreso_crawler.ledger.articles.decisions import Known
from espreso_crawler.ledger.articles.suppression import has_suppressed
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows
from espreso_crawler.ledger.store.database import Database

ADDRESS = "//"
"""How the name of an address begins; ids begin with an edition."""


class Entity(NamedTuple):
    """The site's own number of an article, one of its edition's."""

    edition: str
    number: str

    @classmethod
    def of(cls, edition: str, number: str | int | None) -> Self | None:
        """Return the number of an article; None for a page that gives none."""
        return None if number is None else cls(edition, str(number))


class Articles:
    """``ledger.articles``: what is committed; drafts that wait for their flush are not seen here."""

    def __init__(self, session: Session, lookups: "Lookups") -> None:
        self._session = session
        self._lookups = lookups

    def identify(
        self, edition: str, entity_id: str | int | None, url: str, urls: Sequence[str] = ()
    ) -> tuple[str, Known | None]:
        """Return the article's id, the one any of its names got first, and what stands of it.

        When nothing does: the id it would get now, and None.
        """
        every = names(edition, entity_id, list(dict.fromkeys([url, *urls])))
        found = self._lookups.find(every, Entity.of(edition, entity_id))
        known = self._lookups.known(found[0]) if found else None
        return (known.id if known else new_id(edition, entity_id, url)), known

    def known(self, article_id: str) -> Known | None:
        """Return what stands of an article, None when nothing was ever emitted under this id."""
        return by_names(self._session.db, [article_id])

    def at(self, url: str) -> Known | None:
        """Return what stands of the article that a canonical address belongs to."""
        return by_names(self._session.db, [address(url)])


def new_id(edition: str, entity_id: str | int | None, url: str) -> str:
    """Return the id an article gets at first sight."""
    return identity.article_id(edition, None if entity_id is None else str(entity_id), url)


def names(edition: str, entity_id: str | int | None, urls: Sequence[str]) -> list[str]:
    """Return every name by which an article can be recognised: the id it would get now, then its addresses.

    >>> names("ua", 7, ["https://espreso.tv/a"])
    ['ua:7', '//espreso.tv/a']
    """
    return [new_id(edition, entity_id, urls[0]), *(address(url) for url in urls)]


def address(url: str) -> str:
    """Return a canonical address without its scheme: http and https are one page."""
    return ADDRESS + url.partition("://")[2]


def find(db: Database, names: Sequence[str], entity: Entity | None = None) -> list[int]:
    """Return the keys of the articles that bear one of these names, the first given first.

    More than one: an article was met under two names before the page said that they are one. `entity` is the
    number of the page that bears them: an article of another number in the same edition is another article,
    whatever addresses they share (a redirect, a wrong canonical link).
    """
    found = article_rows.find(db, [_asked(name, entity) for name in names])
    return sorted({key for _, key in found})


def by_key(db: Database, key: int) -> Known | None:
    """Return what stands of an article by its row."""
    row = article_rows.known(db, key)
    if row is None:
        return None
    values = [*row[:-1], orjson.loads(row[-1])]
    return Known(*values)


def by_names(db: Database, names: Sequence[str], entity: Entity | None = None) -> Known | None:
    """Return what stands of the first article that bears one of these names: see `find`."""
    found = find(db, names, entity)
    return by_key(db, found[0]) if found else None


def in_feed(db: Database, key: int, url: str) -> tuple[dict[str, Any] | None, str | None]:
    """Return how a feed first showed an article, as in `Lease.feed`, and the label it showed last.

    The feed may have named it by another address than its canonical one, `url`, or by several. None and None
    when no feed showed it.
    """
    entries = entry_rows.in_feed(db, key, url)
    if not entries:
        return None, None
    first = min((orjson.loads(entry["first"]) for entry in entries), key=lambda sighting: sighting["seen_at"])
    return first, max(entries, key=lambda entry: entry["last_seen_at"])["label"]


def is_later(db: Database, url: str) -> bool:
    """Whether an article was not first written from this canonical address."""
    return article_rows.is_later(db, address(url))


class Lookups:
    """Which articles bear which names, asked once between two commits of this process.

    Another process may commit meanwhile: a flush that meets another `version` asks once more, under its lock.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._commits = -1
        self._version = -1
        self._has_forgotten = True
        self._found: dict[tuple[frozenset[str], Entity | None], list[int]] = {}
        self._known: dict[int, Known | None] = {}

    @property
    def version(self) -> int:
        """The ledger's version when the first question was asked since this process's last commit."""
        self._renew()
        return self._version

    @property
    def has_forgotten(self) -> bool:
        """Whether anything was ever forgotten."""
        self._renew()
        return self._has_forgotten

    def clear(self) -> None:
        """Ask everything once more."""
        self._commits = -1

    def find(self, names: Sequence[str], entity: Entity | None = None) -> list[int]:
        """Return what `find` does."""
        self._renew()
        asked = (frozenset(names), entity)
        if asked not in self._found:
            self._found[asked] = find(self._session.db, names, entity)
        return self._found[asked]

    def find_all(self, asked: Sequence[tuple[Sequence[str], Entity | None]]) -> None:
        """Ask for many articles in one statement."""
        self._renew()
        parts = [(place, _asked(name, entity)) for place, (names, entity) in enumerate(asked) for name in names]
        keys = [set[int]() for _ in asked]
        for at, key in article_rows.find(self._session.db, [part for _, part in parts]):
            keys[parts[at][0]].add(key)
        for (names, entity), found in zip(asked, keys, strict=True):
            self._found[frozenset(names), entity] = sorted(found)

    def known(self, key: int) -> Known | None:
        """Return what `by_key` does."""
        self._renew()
        if key not in self._known:
            self._known[key] = by_key(self._session.db, key)
        return self._known[key]

    def _renew(self) -> None:
        db = self._session.db
        if self._commits != db.commits:
            self._commits, self._version, self._has_forgotten = db.commits, db.version(), has_suppressed(db)
            self._found, self._known = {}, {}


def _asked(name: str, entity: Entity | None) -> tuple[str, Entity | None]:
    return name, entity if name.startswith(ADDRESS) else None
