"""``stretches``: which parts of a feed were read."""

from dataclasses import astuple, dataclass, fields

from espreso_crawler.ledger.store.database import Database


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch as it is stored; seconds since 1970."""

    stretch: int | None
    host: str
    oldest: int
    newest: int
    is_open: bool
    since: int | None
    run: str
    reason: str | None = None
    detail: str | None = None
    page: int | None = None
    has_end: bool = False
    end_sign: str | None = None
    """How the end of the archive showed itself at the first look."""
    end_after: str | None = None
    """Address of the last entry before it."""
    end_run: str | None = None
    """The run that looked."""


_COLUMNS = ", ".join(each.name for each in fields(Row))
_OF_HOST = f"SELECT {_COLUMNS} FROM stretches WHERE host = ? ORDER BY newest DESC, oldest DESC"  # noqa: S608  # our names
_OTHERS = [each.name for each in fields(Row) if each.name != "stretch"]
_ADD = f"INSERT INTO stretches ({', '.join(_OTHERS)}) VALUES {{rows}} RETURNING stretch"  # noqa: S608
_CHANGE = f"UPDATE stretches SET {', '.join(f'{name} = ?' for name in _OTHERS)} WHERE stretch = ?"  # noqa: S608


def of_host(db: Database, host: str) -> list[Row]:
    """Return the stretches of a feed, newest first."""
    return [Row(*row) for row in db.rows(_OF_HOST, (host,))]


def hosts(db: Database) -> list[str]:
    """Return the hosts of all feeds."""
    return [row[0] for row in db.rows("SELECT DISTINCT host FROM stretches ORDER BY host")]


def save(db: Database, row: Row) -> int:
    """Write a stretch; returns its key."""
    key, *others = astuple(row)
    if key is None:
        return int(db.write_rows(_ADD, [others])[0][0])
    db.write(_CHANGE, (*others, key))
    return int(key)


def remove(db: Database, key: int | None) -> None:
    """Remove a stretch: it is part of another one now."""
    db.write("DELETE FROM stretches WHERE stretch = ?", (key,))
