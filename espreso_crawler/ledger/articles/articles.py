"""Articles the output holds: their ids, every name they go by, and what stands of each; no lines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import orjson

from espreso_crawler import identity
from espreso_crawler.ledger.articles.decisions import Known
from espreso_crawler.ledger.articles.neighbours import Near
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows
from espreso_crawler.ledger.store.database import Database, Question

if TYPE_CHECKING:  # it asks by what stands here
    from espreso_crawler.ledger.articles.lookups import Lookups

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

    def expect(self, articles: Sequence[tuple[str, str | int | None, Sequence[str]]], texts: Sequence[Near]) -> None:
        """Ask at once what `identify` and `Neighbours.near` are going to answer; each article as there.

        It saves round trips to a server. What has changed when it is used is asked once more.
        """
        self._lookups.expect((name for article in articles for name in names(*article)), texts)

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


class Bearer(NamedTuple):
    """An article that bears a name."""

    key: int
    edition: str | None
    """Edition and number of the article that was given the name, which may have been joined with another since."""
    entity_id: str | None
    is_later: int
    """Whether it was first written under another name."""

    def may_be(self, entity: Entity | None) -> bool:
        """Whether it may be the article of this number: one of another number in its edition is another article."""
        return entity is None or self.entity_id in (None, entity.number) or self.edition != entity.edition


def question(names: Collection[str]) -> Question:
    """Ask who bears these names."""
    return article_rows.find(names, [name for name in names if not name.startswith(ADDRESS)])


def bearers(names: Collection[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Bearer]]:
    """Return who bears which of these names, as `question` was answered."""
    found: dict[str, list[Bearer]] = {name: [] for name in names}
    for name, *bearer in rows:
        found[name].append(Bearer(*bearer))
    return found


def chosen(found: Mapping[str, Sequence[Bearer]], entity: Entity | None) -> list[int]:
    """Return the keys of the articles that bear one of these names, the first given first.

    More than one: an article was met under two names before the page said that they are one. `entity` is the
    number of the page that bears them: an article of another number in the same edition is another article,
    whatever addresses they share (a redirect, a wrong canonical link).
    """
    return sorted(
        {
            bearer.key
            for name, bearers in found.items()
            for bearer in bearers
            if not name.startswith(ADDRESS) or bearer.may_be(entity)
        }
    )


def find(db: Database, names: Collection[str]) -> list[int]:
    """Return the keys of the articles that bear one of these names, the first given first."""
    (rows,) = db.answers([question(names)])
    return chosen(bearers(names, rows), None)


def known_of(row: Sequence[Any]) -> Known:
    """Return what stands of an article, as `article_rows.known` was answered."""
    values = [*row[:-1], orjson.loads(row[-1])]
    return Known(*values)


def by_key(db: Database, key: int) -> Known | None:
    """Return what stands of an article by its row."""
    (rows,) = db.answers([article_rows.known([key])])
    return known_of(rows[0]) if rows else None


def by_names(db: Database, names: Collection[str]) -> Known | None:
    """Return what stands of the first article that bears one of these names: see `chosen`."""
    found = find(db, names)
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
