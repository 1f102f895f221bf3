"""Articles that were forgotten: kept as keyed hashes, so that they are recognised and cannot be read back."""

import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence

from espreso_crawler.ledger.store import suppressed_rows
from espreso_crawler.ledger.store.database import Database

KEY_BYTES = 32


def suppressed(db: Database, names: Collection[str]) -> set[str]:
    """Return those of these names (addresses, ids) that were forgotten."""
    key = _known_key(db)
    digests = hashes(key, names) if key else {}
    return forgotten_of(digests, db.answers(suppressed_rows.among([*digests])))


def forgotten_of(digests: Mapping[bytes, str], answers: Iterable[Iterable[Sequence[bytes]]]) -> set[str]:
    """Return the names whose hashes `suppressed_rows.among` found."""
    return {digests[bytes(row[0])] for rows in answers for row in rows}


def known_key(rows: Sequence[Sequence[bytes]]) -> bytes | None:
    """Return the key that `suppressed_rows.key` asked for; None when nothing was ever forgotten."""
    return bytes(rows[0][0]) if rows else None


def hashes(key: bytes, names: Iterable[str]) -> dict[bytes, str]:
    """Return names by their hashes."""
    return {_hash(key, name): name for name in names}


def suppress(db: Database, names: Iterable[str], *, reason: str, at: str) -> None:
    """Forget names for good, inside the caller's transaction."""
    key = _key(db)
    suppressed_rows.insert(db, [(_hash(key, name), reason, at) for name in names])


def _key(db: Database) -> bytes:
    if key := _known_key(db):
        return key
    key = secrets.token_bytes(KEY_BYTES)
    suppressed_rows.keep_key(db, key)
    return key


def _known_key(db: Database) -> bytes | None:
    (rows,) = db.answers([suppressed_rows.key()])
    return known_key(rows)


def _hash(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode(), "sha256")
