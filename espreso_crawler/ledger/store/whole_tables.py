"""Every table as a whole, for a ledger that moves to another database."""

from hashlib import sha256
from itertools import islice

from espreso_crawler.ledger.store.database import MOST_ROWS, Database
from espreso_crawler.ledger.store.sqlite_schema import NAMES

MADE = "neighbour_keys"
"""Filled by a trigger when its neighbours are written."""


def copy(source: Database, target: Database) -> None:
    """Write every row of one database into another one, which is empty, in the caller's transaction."""
    for table in NAMES:
        if table == MADE:
            continue
        each = source.each(f"SELECT * FROM {table}")  # noqa: S608  # our names
        while rows := list(islice(each, MOST_ROWS)):
            insert = f"INSERT INTO {table} ({', '.join(rows[0].keys())}) VALUES {{rows}}"  # noqa: S608
            target.write_rows(insert, [tuple(row) for row in rows])


def digests(db: Database) -> dict[str, tuple[int, str]]:
    """Return the number of rows of every table, and a digest of them all that their order does not change."""
    found = dict[str, tuple[int, str]]()
    for table in NAMES:
        count = total = 0
        for row in db.each(f"SELECT * FROM {table}"):  # noqa: S608
            cells = sorted(dict(row).items())
            total += int.from_bytes(sha256(repr(cells).encode()).digest())
            count += 1
        found[table] = count, f"{total % (1 << 256):064x}"
    return found
