"""What a flush writes about an article: head, revisions, names; inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from espreso_crawler.identity import host_of
from espreso_crawler.ledger.articles import neighbours
from espreso_crawler.ledger.articles.decisions import Decision, Draft, Event, Known, shortened
from espreso_crawler.ledger.articles.schedule import next_check
from espreso_crawler.ledger.delivery.lines import Line, queue_all
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, revision_rows
from espreso_crawler.ledger.times import instant, utc_text

WRITES_A_HEAD = ("event", "baseline")
"""Outcomes that change what is known of an article."""


@dataclass(slots=True)
class Decided:
    """A draft and what was decided about it."""

    draft: Draft
    names: list[str]
    """Every name the article goes by: see `articles.names`."""
    decision: Decision
    found: list[int]
    """Keys of the articles that bear its names."""
    line: bytes | None = None

    @property
    def is_new_head(self) -> bool:
        """Whether it changes what is known of its article."""
        return self.decision.outcome in WRITES_A_HEAD


def write(session: Session, decided: Sequence[Decided]) -> list[int]:
    """Write decided drafts, no two of one article, a few statements for all; returns the articles' keys."""
    db, now = session.db, session.now_text()
    keys = _write_heads(session, decided)
    pairs = [*zip(decided, keys, strict=True)]
    article_rows.bind(
        db,
        [(name, key, bool(each.found)) for each, key in pairs for name in each.names if name != each.decision.id],
    )
    for each in decided:
        if len(each.found) > 1:
            article_rows.merge(db, each.found)
    revision_rows.insert(db, [_revision(session, each, key, now) for each, key in pairs if each.is_new_head])
    neighbours.write(
        db, [each.draft.text for each in decided if each.is_new_head and each.draft.text], now=session.now()
    )
    links = [
        Line(link, at=now, schema_version=each.draft.schema_version)
        for each in decided
        if each.decision.event
        for link in each.draft.links
    ]
    queue_all(session, "links", links)
    lines = [
        Line(each.line, each.decision.emitted_at or "", each.draft.schema_version, key, each.decision.revision)
        for each, key in pairs
        if each.line is not None
    ]
    queue_all(session, "articles", lines)
    return keys


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
    line = session.line(body or session.record.bare(known), decision)
    version = session.record.SCHEMA_VERSION
    queue_all(session, "articles", [Line(line, now, version, known.key, decision.revision)])
    session.count({f"outcome/{event}": 1})
    return decision


def write_end(session: Session, known: Known, decision: Decision) -> None:
    """Write an event that no page led to into head and revisions, without its line."""
    seen = (known.text_digest, known.record_digest, orjson.dumps(known.fields).decode())
    head = (known.key, decision.revision, known.extractor_version, decision.event)
    article_rows.end(session.db, known.key, decision.revision, decision.event)
    revision_rows.insert(session.db, [(*head, *seen, known.fetched_at, decision.emitted_at, session.run)])


def _write_heads(session: Session, decided: Sequence[Decided]) -> list[int]:
    """Write the articles' rows; returns their keys."""
    db, looked_at = session.db, list[tuple[str, int | None, int]]()
    created = article_rows.create(db, [_head(session, each) for each in decided if not each.found])
    for each in decided:
        if not each.found:
            continue
        draft, key = each.draft, each.found[0]
        fetched_at, check = utc_text(draft.fetched_at), _next_check(session, draft)
        if each.is_new_head:
            head = (each.decision.revision, draft.extractor_version, draft.date_published, fetched_at, check)
            article_rows.advance(db, (*head, _text(draft.entity_id), key))
        else:
            looked_at.append((fetched_at, check, key))
    article_rows.looked_at(db, looked_at)
    return [each.found[0] if each.found else created[each.decision.id] for each in decided]


def _head(session: Session, decided: Decided) -> tuple[object, ...]:
    draft, decision = decided.draft, decided.decision
    names = (decision.id, draft.edition, host_of(draft.url), _text(draft.entity_id), draft.url)
    stands = (decision.revision, draft.extractor_version, draft.date_published)
    return (*names, *stands, utc_text(draft.fetched_at), _next_check(session, draft))


def _revision(session: Session, decided: Decided, key: int, now: str) -> tuple[object, ...]:
    draft, decision = decided.draft, decided.decision
    event = decision.event or decision.outcome
    seen = (draft.digests.text, draft.digests.record, orjson.dumps(shortened(draft.digests)).decode())
    times = (utc_text(draft.fetched_at), decision.emitted_at or now)
    return (key, decision.revision, draft.extractor_version, event, *seen, *times, session.run)


def _next_check(session: Session, draft: Draft) -> int | None:
    # Looks that were due before a page of an archive was read are not made up for: nobody asked for years of them.
    looked_at = instant(session.now()) if draft.is_archived else draft.fetched_at
    return next_check(draft.date_published, looked_at, session.rules.recheck)


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
