"""Runs: their row, their counts and the run file; not what they crawled."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery.files import write_document
from espreso_crawler.ledger.entries.coverage import Coverage
from espreso_crawler.ledger.entries.gaps import Gap
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_rows, held_rows, run_rows, segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.times import instant, utc_text
from espreso_crawler.object_path import OutputPath

VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl or command that writes to the ledger."""

    id: str
    """``<UTC yyyymmddThhmmssZ>-<8 hex>``: see `new_run_id`."""
    spider: str
    arguments: Mapping[str, str]
    started_at: datetime
    """Aware."""
    job: str | None = None
    """Scrapyd's job, when there is one."""


def new_run_id(started_at: datetime) -> str:
    """Return an id nobody else has: the start in UTC to the second and 32 random bits."""
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def begin(db: Database, run: Run) -> None:
    """Write a run's row; its lock must be held already."""
    arguments = orjson.dumps(dict(run.arguments)).decode()
    with db.transaction("begin"):
        run_rows.insert(db, (run.id, run.spider, arguments, run.job, utc_text(run.started_at)))


def document(session: Session, run: str) -> dict[str, Any]:
    """Return what a run did so far, as its run file says it."""
    db = session.db
    started = run_rows.started(db, run)
    return {
        "schema_version": VERSION,
        "run_id": run,
        "spider": started["spider"],
        "arguments": orjson.loads(started["arguments"]),
        "job": started["job"],
        "started_at": started["started_at"],
        "counts": counts(db, run),
        "held": held_rows.reasons(db, run),
        "retries": _retries(db, run),
        "gaps": [gap_document(gap) for gap in Coverage(session).gaps()],
        "segments": segment_rows.of_run(db, run),
    }


def _retries(db: Database, run: str) -> dict[str, Any] | None:
    """Return how many entries failed and are tried again, and when the first of them is; None when none is."""
    entries, at = entry_rows.retries(db, run)
    return None if at is None else {"entries": entries, "at": utc_text(instant(at))}


def leased(db: Database, run: str) -> int:
    """Return how many entries a run leases."""
    return entry_rows.count_leased(db, run)


def counts(db: Database, run: str) -> dict[str, dict[str, int]]:
    """Return a run's counts by group: feed, leased, entry (ends), outcome (of drafts), rechecks."""
    grouped: dict[str, dict[str, int]] = {}
    for name, count in run_rows.counts(db, run):
        group, _, key = name.partition("/")
        grouped.setdefault(group, {})[key] = count
    return grouped


def gap_document(gap: Gap) -> dict[str, Any]:
    """Return a gap as run files and `scrapy ledger` show it; times are UTC text, `command` is what reads it."""
    return asdict(gap) | {
        "oldest": None if gap.oldest is None else utc_text(gap.oldest),
        "newest": utc_text(gap.newest),
        "reason": gap.reason.value,
        "sentence": gap.sentence,
        "command": gap.command,
    }


def end(session: Session, run: str, whole: Mapping[str, Any], *, state: str) -> None:
    """End a run's row with the document that its file is to hold, inside the caller's transaction."""
    text = orjson.dumps(whole).decode()
    run_rows.end(session.db, run, state, (whole["ended_at"], whole["reason"], whole["exit_code"], text))


def file(session: Session, run: str) -> None:
    """Write the file of an ended run, then note that it is written; the caller holds the run's lock."""
    write_document(run_file(session.output, run), orjson.loads(run_rows.document(session.db, run)))
    crash_point("close:run-file-written")
    with session.db.transaction("filed"):
        run_rows.filed(session.db, run)


def run_file(output: OutputPath, run: str) -> OutputPath:
    """Return the path of a run's file."""
    return output / "runs" / f"{run}.json"
