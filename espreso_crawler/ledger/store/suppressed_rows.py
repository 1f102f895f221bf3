"""``suppressed`` and the key of its hashes: what was forgotten."""

from collections.abc import Iterable, Sequence

from espreso_crawler.ledger.store.database import MOST_ROWS, Database, Question

_INSERT = "INSERT INTO suppressed (hash, reason, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_AMONG = "SELECT hash FROM suppressed WHERE hash IN ({})"


def among(digests: Sequence[bytes]) -> list[Question]:
    """Ask which of these hashes are among what was forgotten; no question when there are none."""
    parts = (digests[at : at + MOST_ROWS] for at in range(0, len(digests), MOST_ROWS))
    return [(_AMONG.format(", ".join("?" * len(part))), part) for part in parts]


def insert(db: Database, rows: Iterable[Sequence[bytes | str]]) -> None:
    """Add hashes; each: hash, reason, at."""
    db.write_all(_INSERT, rows)


def key() -> Question:
    """Ask for the key of the hashes; there is none before anything was forgotten."""
    return "SELECT value FROM keys WHERE name = 'suppressed'", ()


def keep_key(db: Database, value: bytes) -> None:
    """Write the key of the hashes."""
    db.write("INSERT INTO keys (name, value) VALUES ('suppressed', ?)", (value,))
