"""What a flush writes about an article: head, revisions, names; inside the caller's transaction."""

from collections.abc import Sequence

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.identity import host_of
from espreso_crawler.ledger.articles import articles, neighbours
from espreso_crawler.ledger.articles.decisions import Decision, Draft, Event, Known, shortened
from espreso_crawler.ledger.articles.schedule import next_check
from espreso_crawler.ledger.delivery.lines import queue
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import utc_text

CREATE = """
INSERT INTO articles (id, edition, host, entity_id, url, revision, extractor_version, published_at,
                      fetched_at, next_check)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADVANCE = """
UPDATE articles SET revision = ?, extractor_version = ?, state = 'live', published_at = ?, fetched_at = ?,
                    next_check = ?, refused_since = NULL, reissue = 0, entity_id = coalesce(entity_id, ?)
WHERE article = ?
"""
LOOKED_AT = "UPDATE articles SET fetched_at = ?, next_check = ?, refused_since = NULL WHERE article = ?"
END = "UPDATE articles SET revision = ?, state = ?, next_check = NULL, refused_since = NULL WHERE article = ?"
REVISION = """
INSERT OR REPLACE INTO revisions (article, revision, extractor_version, event, text_digest, record_digest,
                                  fields, fetched_at, emitted_at, run)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def write(
    session: Session,
    draft: Draft,
    decision: Decision,
    line: bytes | None,
    *,
    found: Sequence[int],
    names: list[str],
) -> int:
    """Write a decided draft; `found` are the articles that bear its names. Returns the article's key."""
    fetched_at = utc_text(draft.fetched_at)
    check = next_check(draft.date_published, draft.fetched_at, session.rules.recheck)
    key = found[0] if found else _create(session, draft, decision, fetched_at, check)
    if found and decision.outcome in ("event", "baseline"):
        head = (decision.revision, draft.extractor_version, draft.date_published, fetched_at, check)
        session.db.write(ADVANCE, (*head, _text(draft.entity_id), key))
    elif found:
        session.db.write(LOOKED_AT, (fetched_at, check, key))
    articles.bind(session.db, [name for name in names if name != decision.id], key, later=bool(found))
    if len(found) > 1:
        articles.merge(session.db, found)
    if decision.outcome in ("event", "baseline"):
        event = decision.event or decision.outcome
        seen = (draft.digests.text, draft.digests.record, orjson.dumps(shortened(draft.digests)).decode())
        session.db.write(
            REVISION,
            (key, decision.revision, draft.extractor_version, event, *seen, fetched_at,
             decision.emitted_at or session.now_text(), session.run),
        )  # fmt: skip
    if decision.outcome in ("event", "baseline") and draft.text:
        neighbours.write(session.db, draft.text, now=session.now())
    for link in draft.links if decision.event else ():
        queue(session, "links", link, at=session.now_text(), schema_version=draft.schema_version)
    if line is not None:
        queue(session, "articles", line, at=decision.emitted_at or "", schema_version=draft.schema_version,
              article=key, revision=decision.revision)  # fmt: skip
    return key


def announce(
    session: Session,
    known: Known,
    event: Event,
    *,
    reason: str,
    retracts: list[int] | None = None,
    body: bytes | None = None,
) -> Decision:
    """Write an event that no page led to (``removed``, ``retracted``, ``erased``) as the next revision.

    The revision keeps the digests of the text that stood, so that its return can be compared. `body` is what the line
    says beside the decision, `Record.bare` of what is known by default.
    """
    now = session.now_text()
    decision = Decision("event", known.id, event, known.revision + 1, reason=reason, retracts=retracts, emitted_at=now)
    write_end(session, known, decision)
    queue(
        session,
        "articles",
        session.line(body or session.record.bare(known), decision),
        at=now,
        schema_version=session.record.SCHEMA_VERSION,
        article=known.key,
        revision=decision.revision,
    )
    session.count({f"outcome/{event}": 1})
    return decision


def write_end(session: Session, known: Known, decision: Decision) -> None:
    """Write an event that no page led to into head and revisions, without its line."""
    seen = (known.text_digest, known.record_digest, orjson.dumps(known.fields).decode())
    head = (known.key, decision.revision, known.extractor_version, decision.event)
    session.db.write(END, (decision.revision, decision.event, known.key))
    session.db.write(REVISION, (*head, *seen, known.fetched_at, decision.emitted_at, session.run))


def _create(session: Session, draft: Draft, decision: Decision, fetched_at: str, check: int | None) -> int:
    values = (decision.id, draft.edition, host_of(draft.url), _text(draft.entity_id), draft.url)
    more = (decision.revision, draft.extractor_version, draft.date_published, fetched_at, check)
    key = session.db.write(CREATE, (*values, *more)).lastrowid
    if key is None:
        raise LedgerError(f"{session.db.name}: an article got no row: {decision.id}")
    return key


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
