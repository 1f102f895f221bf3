"""Sealed files read into a ledger: one that is made from them, or one that is older than they are."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.identity import Digests, host_of
from espreso_crawler.ledger.articles import articles, revisions
from espreso_crawler.ledger.articles.decisions import Decision, Draft
from espreso_crawler.ledger.articles.suppression import suppress
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows, entry_states, revision_rows, run_rows, segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.times import epoch_of
from espreso_crawler.object_path import OutputPath, matching

FIRST = ("published_at", "label", "position", "important", "seen_at", "seen_on")
FieldDigests = Callable[[dict[str, Any]], Mapping[str, str]]
"""Returns the field digests of a record as it stands in the output."""


def restore_segment(
    session: Session, stream: Stream, file: segment_paths.SegmentFile, field_digests: FieldDigests
) -> None:
    """Read a file into the ledger, in the caller's transaction.

    Raises LedgerError when the file is not what was sealed.
    """
    written, manifest = files.measure(file.path), segment_paths.read_manifest(file.path)
    name = segment_paths.relative(file.path, session.output)
    if manifest is None or manifest.get("sha256") != written.sha256:
        raise LedgerError(f"{file.path}: it differs from its manifest; move both away, then try again")
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
    if known and record["revision"] in revision_rows.numbers(db, known.key):
        key = known.key  # known already: its line waited for this file
    elif record["event"] in revision_rows.CONTENT:
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


def restore_runs(session: Session) -> None:
    """Note the runs that left a run file, in the caller's transaction; also those that ran when a backup was made."""
    for path in matching(session.output / "runs", "*.json"):
        _restore_run(session, path)


def _restore_run(session: Session, path: OutputPath) -> None:
    db, document = session.db, orjson.loads(path.read_bytes())
    values = (document["run_id"], document["spider"], orjson.dumps(document["arguments"]).decode())
    times = (document["job"], document["started_at"], document["ended_at"])
    ended = (document["reason"], document["exit_code"], path.read_text(encoding="utf-8"))
    if run_rows.is_running(db, values[0]):
        why = "its run ended after this copy of the ledger was made"
        states.release(db, values[0], in_hand=(), error=why, now=session.now(), rules=session.rules)
        run_rows.end(db, values[0], "closed", (document["ended_at"], *ended))
    run_rows.restore(db, (*values, *times, *ended))
