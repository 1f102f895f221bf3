"""The rows that monitors hold back, for people: which article, in which run, and why; read only."""

from typing import Any

import orjson

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import held_rows as store

SHOWN = ("id", "url", "edition", "headline", "fetched_at")


def held_rows(session: Session, most: int) -> list[dict[str, Any]]:
    """Return the newest rows in quarantine with run and reason, and what their record says of itself."""
    newest = store.newest_in_quarantine(session.db, most)
    return [_told(row["run"], row["reason"], orjson.loads(row["line"])) for row in newest]


def _told(run: str, reason: str, record: dict[str, Any]) -> dict[str, Any]:
    return {"run": run, "reason": reason} | {name: record.get(name) for name in SHOWN}
