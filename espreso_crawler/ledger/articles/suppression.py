"""Articles that were forgotten: kept as keyed hashes, so that they are recognised and cannot be read back."""

import hmac
import secrets
from collections.abc import Collection, Iterable

from espreso_crawler.ledger.store.database import Database

KEY_BYTES = 32


def suppressed(db: Database, names: Collection[str]) -> set[str]:
    """Return those of these names (addresses, ids) that were forgotten."""
    if not has_suppressed(db):
        return set()
    key = _key(db)
    return {name for name in names if _is_known(db, _hash(key, name))}


def has_suppressed(db: Database) -> bool:
    """Whether anything was ever forgotten."""
    return bool(db.row("SELECT EXISTS (SELECT 1 FROM suppressed)")[0])


def suppress(db: Database, names: Iterable[str], *, reason: str, at: str) -> None:
    """Forget names for good, inside the caller's transaction."""
    key = _key(db)
    rows = [(_hash(key, name), reason, at) for name in names]
    db.write_all("INSERT OR IGNORE INTO suppressed (hash, reason, at) VALUES (?, ?, ?)", rows)


def _key(db: Database) -> bytes:
    if row := db.row("SELECT value FROM keys WHERE name = 'suppressed'"):
        return bytes(row[0])
    key = secrets.token_bytes(KEY_BYTES)
    db.write("INSERT INTO keys (name, value) VALUES ('suppressed', ?)", (key,))
    return key


def _hash(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode(), "sha256")


def _is_known(db: Database, digest: bytes) -> bool:
    return db.row("SELECT 1 FROM suppressed WHERE hash = ?", (digest,)) is not None
