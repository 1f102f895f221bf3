"""Articles that were forgotten: kept as keyed hashes, so that they are recognised and cannot be read back."""

import hmac
import secrets
from collections.abc import Collection, Iterable

from espreso_crawler.ledger.store import suppressed_rows
from espreso_crawler.ledger.store.database import Database

KEY_BYTES = 32


def suppressed(db: Database, names: Collection[str]) -> set[str]:
    """Return those of these names (addresses, ids) that were forgotten."""
    if not has_suppressed(db):
        return set()
    key = _key(db)
    return {name for name in names if suppressed_rows.is_known(db, _hash(key, name))}


def has_suppressed(db: Database) -> bool:
    """Whether anything was ever forgotten."""
    return suppressed_rows.has_any(db)


def suppress(db: Database, names: Iterable[str], *, reason: str, at: str) -> None:
    """Forget names for good, inside the caller's transaction."""
    key = _key(db)
    suppressed_rows.insert(db, [(_hash(key, name), reason, at) for name in names])


def _key(db: Database) -> bytes:
    if key := suppressed_rows.key(db):
        return key
    key = secrets.token_bytes(KEY_BYTES)
    suppressed_rows.keep_key(db, key)
    return key


def _hash(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode(), "sha256")
