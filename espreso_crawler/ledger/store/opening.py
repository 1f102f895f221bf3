"""Which database a ledger is in, by its place; nothing else knows both."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from espreso_crawler.ledger.store.postgresql import PostgresDatabase

Place = Path | str
"""The path of an SQLite file, or the address of a PostgreSQL database: ``postgresql://…``."""


def opened(place: Place | None, *, busy_seconds: float) -> Database:
    """Open a ledger's database, or a vanishing one for None, and bring its tables up to date.

    Raises LedgerError when it is no ledger, damaged, read-only, of a newer program or cannot be opened, and
    ConfigurationError when the package for PostgreSQL is missing.
    """
    if isinstance(place, str):
        return _postgresql().open(place, shown(place), busy_seconds=busy_seconds)
    return SqliteDatabase.open(place, busy_seconds=busy_seconds)


def is_there(place: Place) -> bool:
    """Whether there is a ledger at a place; raises as `opened` does when a server does not answer."""
    return _postgresql().is_there(place, shown(place)) if isinstance(place, str) else place.exists()


@contextmanager
def renewed(place: Place) -> Iterator[Database]:
    """Yield an empty ledger that takes the place of the one there at the end; after an error, that one stays."""
    if isinstance(place, str):
        with closing(_postgresql().open(place, shown(place), busy_seconds=0)) as database, database.emptied():
            yield database
        return
    fresh = place.with_name(f"{place.name}.rebuilt")
    files.remove(*_parts(fresh))
    with closing(SqliteDatabase.open(fresh, busy_seconds=0)) as made:
        yield made
    files.remove(*_parts(place)[1:])
    files.put(fresh, place)


def shown(place: Place) -> str:
    """Return a place as people may read it: an address without its password and parameters.

    >>> shown("postgresql://me:secret@db:5432/news?options=-csearch_path%3Dua")
    'postgresql://me@db:5432/news'
    """
    if isinstance(place, Path):
        return str(place)
    try:
        parts = urlsplit(place)
    except ValueError:  # libpq says what is wrong with it
        return place.partition("?")[0]
    user, _, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{'@' if user else ''}{host}{parts.path}"


def _parts(file: Path) -> list[Path]:
    return [file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))]


def _postgresql() -> "type[PostgresDatabase]":
    """Return the driver, which is loaded only when it is asked for."""
    try:
        from espreso_crawler.ledger.store.postgresql import PostgresDatabase  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "ESPRESO_LEDGER: PostgreSQL needs psycopg; install the extra: pip install 'espreso-crawler[postgresql]'"
        ) from None
    return PostgresDatabase
