"""The ledger's tables, and the steps from one format of the file to the next; no queries."""

import re

APPLICATION_ID = 0x45535052  # "ESPR": tells a ledger from any other SQLite file

FIRST_FORMAT = 6
"""The oldest format that is read: none before it was in a release."""

TABLES = """
CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    spider TEXT NOT NULL,
    arguments TEXT NOT NULL,
    job TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'closed', 'dead')),
    reason TEXT,
    exit_code INTEGER,
    document TEXT,
    filed INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX runs_running ON runs (run) WHERE state = 'running';
CREATE INDEX runs_unfiled ON runs (run) WHERE filed = 0;

CREATE TABLE tallies (
    run TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;

CREATE TABLE entries (
    entry INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    edition TEXT NOT NULL,
    headline TEXT NOT NULL,
    label TEXT,
    published_at TEXT,
    published INTEGER,
    position INTEGER NOT NULL,
    important INTEGER NOT NULL,
    first TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    run TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    fetched_as TEXT,
    article INTEGER,
    leased_at INTEGER,
    dated INTEGER,
    latest INTEGER,
    -- An end that a list contradicts is looked at again: since when it was refused, when the next look is due,
    -- and which list showed the entry last, for a list that answers "not modified" still does.
    refused_at INTEGER,
    next_look INTEGER,
    listed_on TEXT
);
CREATE INDEX entries_pending ON entries (host, next_attempt) WHERE state = 'pending';
CREATE INDEX entries_leased ON entries (run) WHERE state = 'leased';
CREATE INDEX entries_offsite ON entries (host) WHERE state = 'offsite';
CREATE INDEX entries_article ON entries (article) WHERE article IS NOT NULL;
CREATE INDEX entries_looks ON entries (listed_on, next_look) WHERE next_look IS NOT NULL;

CREATE TABLE articles (
    article INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    edition TEXT NOT NULL,
    host TEXT NOT NULL,
    entity_id TEXT,
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'removed', 'retracted', 'erased')),
    revision INTEGER NOT NULL,
    extractor_version TEXT NOT NULL,
    published_at TEXT,
    fetched_at TEXT NOT NULL,
    next_check INTEGER,
    refused_since INTEGER,
    reissue INTEGER NOT NULL DEFAULT 0,
    same_as INTEGER
);
CREATE INDEX articles_next_check ON articles (host, next_check) WHERE next_check IS NOT NULL;
CREATE INDEX articles_same_as ON articles (same_as) WHERE same_as IS NOT NULL;

CREATE TABLE aliases (
    alias TEXT PRIMARY KEY,
    article INTEGER NOT NULL,
    later INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE revisions (
    article INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    extractor_version TEXT NOT NULL,
    event TEXT NOT NULL,
    text_digest TEXT,
    record_digest TEXT,
    fields TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    emitted_at TEXT NOT NULL,
    run TEXT NOT NULL,
    segment INTEGER,
    is_lost INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (article, revision, extractor_version)
) WITHOUT ROWID;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    run TEXT NOT NULL,
    article INTEGER,
    revision INTEGER,
    at TEXT NOT NULL,
    schema_version TEXT NOT NULL,
    line BLOB NOT NULL
);
CREATE INDEX outbox_stream ON outbox (stream, seq);

CREATE TABLE held (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'quarantined', 'released')),
    entry TEXT,
    base INTEGER,
    draft TEXT NOT NULL,
    line BLOB NOT NULL,
    observation TEXT NOT NULL,
    reason TEXT
);
CREATE INDEX held_run ON held (run, state);
CREATE INDEX held_entry ON held (entry);

CREATE TABLE baselines (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    edition TEXT NOT NULL,
    run TEXT NOT NULL,
    tally TEXT NOT NULL
);
CREATE INDEX baselines_edition ON baselines (edition, seq);

CREATE TABLE segments (
    stream TEXT NOT NULL,
    number INTEGER NOT NULL,
    run TEXT NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sealed', 'replaced', 'archived', 'lost')),
    count INTEGER,
    bytes INTEGER,
    sha256 TEXT,
    schema_version TEXT NOT NULL,
    first_at TEXT,
    last_at TEXT,
    rows TEXT,
    replaces INTEGER,
    PRIMARY KEY (stream, number)
) WITHOUT ROWID;
CREATE INDEX segments_planned ON segments (stream) WHERE state = 'planned';
CREATE INDEX segments_run ON segments (run);

CREATE TABLE rewrites (
    stream TEXT NOT NULL,
    segment INTEGER NOT NULL,
    id TEXT NOT NULL,
    addresses TEXT NOT NULL,
    PRIMARY KEY (stream, segment, id)
) WITHOUT ROWID;

CREATE TABLE suppressed (hash BLOB PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE stretches (
    stretch INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    since INTEGER,
    run TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    page INTEGER,
    has_end INTEGER NOT NULL DEFAULT 0,
    end_sign TEXT,
    end_after TEXT,
    end_run TEXT
);
CREATE INDEX stretches_host ON stretches (host, newest);

CREATE TABLE pauses (host TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE copies (
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    fetched INTEGER NOT NULL,
    body BLOB
) WITHOUT ROWID;

CREATE TABLE neighbours (
    neighbour INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    published INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    keys TEXT NOT NULL,
    sketch BLOB NOT NULL
);
CREATE INDEX neighbours_expires ON neighbours (expires);

CREATE TABLE neighbour_keys (
    day INTEGER NOT NULL,
    key INTEGER NOT NULL,
    neighbour INTEGER NOT NULL,
    PRIMARY KEY (day, key, neighbour)
) WITHOUT ROWID;
"""
"""Of `FIRST_FORMAT`; the PostgreSQL driver makes its own from them."""

TRIGGERS = """
CREATE TRIGGER neighbours_added AFTER INSERT ON neighbours BEGIN
    INSERT OR IGNORE INTO neighbour_keys
    SELECT NEW.published / 86400, value, NEW.neighbour FROM json_each(NEW.keys); END;

CREATE TRIGGER neighbours_gone AFTER DELETE ON neighbours BEGIN
    DELETE FROM neighbour_keys
    WHERE day = OLD.published / 86400 AND neighbour = OLD.neighbour
      AND key IN (SELECT value FROM json_each(OLD.keys)); END;
"""

STEPS: tuple[str, ...] = ()
"""Step n takes a file from format `FIRST_FORMAT` + n to the next; only ever appended to: what is above stays."""

FORMAT = FIRST_FORMAT + len(STEPS)
"""``user_version`` of a file that is up to date."""

NAMES = tuple(re.findall(r"^CREATE TABLE (\w+)", "\n".join((TABLES, *STEPS)), re.MULTILINE))
"""Of the tables."""
