"""``suppressed`` and the key of its hashes: what was forgotten."""

from collections.abc import Iterable, Sequence

from espreso_crawler.ledger.store.database import Database

_INSERT = "INSERT INTO suppressed (hash, reason, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


def has_any(db: Database) -> bool:
    """Whether anything was ever forgotten."""
    return bool(db.row("SELECT EXISTS (SELECT 1 FROM suppressed)")[0])


def is_known(db: Database, digest: bytes) -> bool:
    """Whether a hash is among what was forgotten."""
    return db.row("SELECT 1 FROM suppressed WHERE hash = ?", (digest,)) is not None


def insert(db: Database, rows: Iterable[Sequence[bytes | str]]) -> None:
    """Add hashes; each: hash, reason, at."""
    db.write_all(_INSERT, rows)


def key(db: Database) -> bytes | None:
    """Return the key of the hashes; None when there is none yet."""
    row = db.row("SELECT value FROM keys WHERE name = 'suppressed'")
    return None if row is None else bytes(row[0])


def keep_key(db: Database, value: bytes) -> None:
    """Write the key of the hashes."""
    db.write("INSERT INTO keys (name, value) VALUES ('suppressed', ?)", (value,))
