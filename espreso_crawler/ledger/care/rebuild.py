"""A new ledger from sealed files, when the old one is gone; what never was emitted is not in them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.identity import Digests, host_of
from espreso_crawler.ledger.articles import articles, revisions
from espreso_crawler.ledger.articles.decisions import Decision, Draft
from espreso_crawler.ledger.articles.suppression import suppress
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import STREAMS, Stream
from espreso_crawler.ledger.entries import coverage
from espreso_crawler.ledger.ledger import LOCKS, OPEN_LOCK, alone
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import (
    article_rows,
    comparison,
    entry_rows,
    entry_states,
    revision_rows,
    run_rows,
    segment_rows,
)
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.store.opening import Place, is_there, opened, renewed, shown
from espreso_crawler.ledger.times import epoch_of, utc_now
from espreso_crawler.object_path import OutputPath, matching

FIRST = ("published_at", "label", "position", "important", "seen_at", "seen_on")
FieldDigests = Callable[[dict[str, Any]], Mapping[str, str]]
"""Returns the field digests of a record as it stands in the output."""


def rebuild(database: Place, *, output: OutputPath, state: Path, field_digests: FieldDigests) -> dict[str, int]:
    """Make a ledger from sealed files and run files; returns how many segments, articles, entries it knows.

    Articles, revisions and what was forgotten come back; entries that led to no article are pending once
    more. Of the coverage only the top of each feed comes back: the next walk reads down to it.

    Raises LedgerError when there is a ledger that knows sealed segments, or a file is not what was sealed.
    """
    files.make_folder(state / LOCKS)
    with alone(state / LOCKS / OPEN_LOCK, Rules().busy_seconds):
        _refuse_living(database)
        session = Session("rebuild", Rules(), utc_now, output)
        with renewed(database) as session.db:
            return _restore(session, field_digests)


def _restore(session: Session, field_digests: FieldDigests) -> dict[str, int]:
    db = session.db
    for stream in STREAMS:
        for file in segment_paths.segment_files(session.output, stream):
            with db.transaction("rebuild"):
                _restore_segment(session, stream, file, field_digests)
    with db.transaction("rebuild"):
        for host, newest in entry_rows.newest_times(db):
            coverage.restore(session, host, newest)
        for path in matching(session.output / "runs", "*.json"):
            _restore_run(db, path)
        return comparison.sizes(db)


def _restore_segment(
    session: Session, stream: Stream, file: segment_paths.SegmentFile, field_digests: FieldDigests
) -> None:
    written, manifest = files.measure(file.path), segment_paths.read_manifest(file.path)
    name = segment_paths.relative(file.path, session.output)
    if manifest is None or manifest.get("sha256") != written.sha256:
        raise LedgerError(f"{file.path}: it differs from its manifest; move both away, then rebuild again")
    session.run = manifest["run_id"]
    values = (stream, file.number, session.run, name, written.count, written.bytes, written.sha256)
    times = (manifest["schema_version"], manifest["first_emitted_at"], manifest["last_emitted_at"])
    segment_rows.restore(session.db, (*values, *times))
    with file.path.open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            if stream == "feed":
                _restore_sighting(session.db, record)
            elif stream == "articles":
                _restore_line(session, record, file.number, field_digests)


def _restore_line(session: Session, record: dict[str, Any], segment: int, field_digests: FieldDigests) -> None:
    db = session.db
    session.run = record.get("run_id") or session.run
    decision = Decision("event", record["id"], record["event"], record["revision"], emitted_at=record["emitted_at"])
    known = articles.by_names(db, [record["id"]])
    if record["event"] in revision_rows.CONTENT:
        key = _restore_content(session, record, decision, field_digests)
    elif known:
        revisions.write_end(session, known, decision)
        key = known.key
    else:
        key = _restore_content(session, record, decision, field_digests)
        article_rows.set_state(db, key, decision.event)
    revision_rows.place(db, key, decision.revision, segment)
    if record["event"] == "erased":
        names = [record["id"], *([articles.address(record["url"])] if record.get("url") else [])]
        suppress(db, names, reason=record.get("reason") or "", at=record["emitted_at"])


def _restore_content(session: Session, record: dict[str, Any], decision: Decision, field_digests: FieldDigests) -> int:
    url = record.get("url") or ""
    fetched_at = datetime.fromisoformat(record.get("fetched_at") or record["emitted_at"])
    draft = Draft(
        entry_url=None,
        url=url,
        edition=record.get("edition") or "",
        digests=Digests(
            record.get("text_digest") or "",
            record.get("record_digest") or "",
            dict(field_digests(record)) if record["event"] in revision_rows.CONTENT else {},
        ),
        extractor_version=record.get("extractor_version") or "",
        schema_version=record.get("schema_version") or "",
        fetched_at=fetched_at,
        body=b"",
        entity_id=record.get("entity_id"),
        date_published=record.get("date_published"),
    )
    found = articles.find(session.db, [record["id"]])
    names = articles.names(draft.edition, draft.entity_id, [url]) if url else []
    key = revisions.write(session, [revisions.Decided(draft, names, decision, found)])[0]
    if url and record["event"] in revision_rows.CONTENT:
        sighting = record.get("feed") or {"seen_at": record["emitted_at"]}
        _restore_entry(session.db, record, sighting)
        entry_states.restore(session.db, url, key)
    return key


def _restore_sighting(db: Database, record: dict[str, Any]) -> None:
    _restore_entry(db, record, record)
    if record["id"] and (known := articles.by_names(db, [record["id"]])):
        article_rows.bind(db, [(articles.address(record["url"]), known.key, True)])


def _restore_entry(db: Database, record: dict[str, Any], sighting: dict[str, Any]) -> None:
    first = {name: sighting.get(name) for name in FIRST}
    entry_rows.restore(
        db,
        {
            "url": record["url"],
            "host": host_of(record["url"]),
            "edition": record.get("edition") or "",
            "headline": record.get("headline") or "",
            "label": sighting.get("label"),
            "published_at": sighting.get("published_at"),
            "published": epoch_of(sighting.get("published_at")),
            "position": sighting.get("position") or 0,
            "important": bool(sighting.get("important")),
            "first": orjson.dumps(first).decode() if sighting.get("seen_on") else None,
            "seen_at": sighting["seen_at"],
        },
    )


def _restore_run(db: Database, path: OutputPath) -> None:
    document = orjson.loads(path.read_bytes())
    values = (document["run_id"], document["spider"], orjson.dumps(document["arguments"]).decode())
    times = (document["job"], document["started_at"], document["ended_at"])
    ended = (document["reason"], document["exit_code"], path.read_text(encoding="utf-8"))
    run_rows.restore(db, (*values, *times, *ended))


def _refuse_living(database: Place) -> None:
    if not is_there(database):
        return
    db = opened(database, busy_seconds=0)
    try:
        if segment_rows.has_any(db):
            raise LedgerError(f"{shown(database)}: this ledger knows sealed files; move it away, then rebuild again")
    finally:
        db.close()
