PRAGMA application_id = 1163087954;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE aliases (
    alias TEXT PRIMARY KEY,
    article INTEGER NOT NULL,
    later INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "aliases" VALUES('//espreso.tv/news-1',1,0);
INSERT INTO "aliases" VALUES('//espreso.tv/news-2',2,0);
INSERT INTO "aliases" VALUES('//espreso.tv/news-9',3,0);
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
INSERT INTO "articles" VALUES(1,'ua:news-1','ua','espreso.tv',NULL,'https://espreso.tv/news-1','live',2,'1',NULL,'2026-11-22T12:00:00Z',NULL,NULL,0,NULL);
INSERT INTO "articles" VALUES(2,'ua:news-2','ua','espreso.tv',NULL,'https://espreso.tv/news-2','live',1,'1',NULL,'2026-11-22T12:00:00Z',NULL,NULL,0,NULL);
INSERT INTO "articles" VALUES(3,'ua:news-9','ua','espreso.tv',NULL,'https://espreso.tv/news-9','live',1,'1',NULL,'2026-11-22T12:00:00Z',NULL,NULL,0,NULL);
CREATE TABLE baselines (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    edition TEXT NOT NULL,
    run TEXT NOT NULL,
    tally TEXT NOT NULL
);
CREATE TABLE copies (
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    fetched INTEGER NOT NULL,
    body BLOB
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
    article INTEGER
, leased_at INTEGER, dated INTEGER, latest INTEGER, refused_at INTEGER, next_look INTEGER, listed_on TEXT);
INSERT INTO "entries" VALUES(1,'https://espreso.tv/news-1','espreso.tv','ua','Changed',NULL,'2026-11-22T12:05:00+00:00',1795349100,1,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":1,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','emitted','20261122T120000Z-163cee6c',1,0,NULL,'af00151f80547485',1,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(2,'https://espreso.tv/news-2','espreso.tv','ua','Headline 2',NULL,'2026-11-22T12:00:00+00:00',1795348800,2,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":2,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','emitted','20261122T120000Z-8502d0ea',1,0,NULL,'6aa99dd44d500495',2,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(3,'https://espreso.tv/news-3','espreso.tv','ua','Headline 3',NULL,'2026-11-22T12:00:00+00:00',1795348800,3,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":3,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','gone','20261122T120000Z-8502d0ea',1,0,'HTTP 404','392bd704301b8e7c',NULL,1795348800,NULL,NULL,1795348800,1795370400,NULL);
INSERT INTO "entries" VALUES(4,'https://espreso.tv/news-4','espreso.tv','ua','Headline 4',NULL,'2026-11-22T12:00:00+00:00',1795348800,4,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":4,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','pending','20261122T120000Z-8502d0ea',1,1795348800,'HTTP 503','d4fda7e9a639f18c',NULL,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(5,'https://espreso.tv/news-5','espreso.tv','ua','Headline 5',NULL,'2026-11-22T12:00:00+00:00',1795348800,5,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":5,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','quarantined','20261122T120000Z-163cee6c',1,0,'a doubt','0245a2287e7b8331',NULL,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(6,'https://espreso.tv/news-6','espreso.tv','ua','Headline 6',NULL,'2026-11-22T12:00:00+00:00',1795348800,6,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":6,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','held','20261122T120000Z-163cee6c',1,0,NULL,'056159f82c8d8b34',NULL,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(7,'https://espreso.tv/news-7','espreso.tv','ua','Headline 7',NULL,'2026-11-22T12:00:00+00:00',1795348800,7,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":7,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','pending','20261122T120000Z-163cee6c',0,0,'run 20261122T120000Z-163cee6c ended: finished','1569a69c17669b64',NULL,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(8,'https://espreso.tv/news-8','espreso.tv','ua','Headline 8',NULL,'2026-11-22T12:00:00+00:00',1795348800,8,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":8,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','pending','20261122T120000Z-8502d0ea',0,0,'run 20261122T120000Z-8502d0ea ended: finished','639641d153a51371',NULL,1795348800,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "entries" VALUES(9,'https://espreso.tv/news-9','espreso.tv','ua','Headline 9',NULL,'2026-11-22T12:00:00+00:00',1795348800,9,0,'{"published_at":"2026-11-22T12:00:00+00:00","label":null,"position":9,"important":false,"seen_at":"2026-11-22T12:00:00Z","seen_on":"https://espreso.tv/"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','emitted','20261122T120000Z-fcc176e5',1,0,NULL,'8a62d139f3ce9cfa',3,1795348800,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "held" VALUES(1,'20261122T120000Z-163cee6c','quarantined','https://espreso.tv/news-5',NULL,'{"entry_url":"https://espreso.tv/news-5","url":"https://espreso.tv/news-5","edition":"ua","digests":["sha256:0b9db1001214cb47f0c8a45c8f029485aa9ec8e5a95fc9f0e6a9cbac6bcdd9fd","sha256:5ddd5d211a8f4fab46d2d8551b3fae1c3ce999ce3101de6111653c1496c1efce",{"headline":"sha256:c5f5a4c8157584ec42ddc5dfef59ceaef61f841c60e379bbf7ce3c9db577716b","article_body":"sha256:982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1","article_section":"sha256:19fba0e995b9794fc2c26217bf3b725c2f0d9eeda16719fe75e3ba23ca73bfc4"}],"extractor_version":"1","schema_version":"1.0","fetched_at":"2026-11-22T12:00:00+00:00","entity_id":null,"urls":[],"labels":[],"date_published":null,"text":null,"copy_of":null,"links":[]}',X'7B226576656E74223A2263726561746564222C226964223A2275613A6E6577732D35222C227265766973696F6E223A312C2275726C223A2268747470733A2F2F6573707265736F2E74762F6E6577732D35222C226368616E676573223A5B5D2C2261727469636C655F626F6479223A2274657874222C22746578745F646967657374223A227368613235363A30623964623130303132313463623437663063386134356338663032393438356161396563386535613935666339663065366139636261633662636464396664222C227265636F72645F646967657374223A227368613235363A35646464356432313161386634666162343664326438353531623366616531633363653939396365333130316465363131313635336331343936633165666365222C22657874726163746F725F76657273696F6E223A2231222C22656D69747465645F6174223A22323032362D31312D32325431323A30303A30305A222C226368616E67655F6B696E64223A6E756C6C2C2273696C656E74223A6E756C6C2C227265747261637473223A5B5D2C22726561736F6E223A6E756C6C2C2272756E5F6964223A223230323631313232543132303030305A2D3136336365653663227D','{}','a doubt');
INSERT INTO "held" VALUES(2,'20261122T120000Z-163cee6c','waiting','https://espreso.tv/news-6',NULL,'{"entry_url":"https://espreso.tv/news-6","url":"https://espreso.tv/news-6","edition":"ua","digests":["sha256:0b9db1001214cb47f0c8a45c8f029485aa9ec8e5a95fc9f0e6a9cbac6bcdd9fd","sha256:5ddd5d211a8f4fab46d2d8551b3fae1c3ce999ce3101de6111653c1496c1efce",{"headline":"sha256:c5f5a4c8157584ec42ddc5dfef59ceaef61f841c60e379bbf7ce3c9db577716b","article_body":"sha256:982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1","article_section":"sha256:19fba0e995b9794fc2c26217bf3b725c2f0d9eeda16719fe75e3ba23ca73bfc4"}],"extractor_version":"1","schema_version":"1.0","fetched_at":"2026-11-22T12:00:00+00:00","entity_id":null,"urls":[],"labels":[],"date_published":null,"text":null,"copy_of":null,"links":[]}',X'7B226576656E74223A2263726561746564222C226964223A2275613A6E6577732D36222C227265766973696F6E223A312C2275726C223A2268747470733A2F2F6573707265736F2E74762F6E6577732D36222C226368616E676573223A5B5D2C2261727469636C655F626F6479223A2274657874222C22746578745F646967657374223A227368613235363A30623964623130303132313463623437663063386134356338663032393438356161396563386535613935666339663065366139636261633662636464396664222C227265636F72645F646967657374223A227368613235363A35646464356432313161386634666162343664326438353531623366616531633363653939396365333130316465363131313635336331343936633165666365222C22657874726163746F725F76657273696F6E223A2231222C22656D69747465645F6174223A22323032362D31312D32325431323A30303A30305A222C226368616E67655F6B696E64223A6E756C6C2C2273696C656E74223A6E756C6C2C227265747261637473223A5B5D2C22726561736F6E223A6E756C6C2C2272756E5F6964223A223230323631313232543132303030305A2D3136336365653663227D','{}',NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE neighbour_keys (
    day INTEGER NOT NULL,
    key INTEGER NOT NULL,
    neighbour INTEGER NOT NULL,
    PRIMARY KEY (day, key, neighbour)
) WITHOUT ROWID;
CREATE TABLE neighbours (
    neighbour INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    published INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    keys TEXT NOT NULL,
    sketch BLOB NOT NULL
);
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
INSERT INTO "outbox" VALUES(13,'feed','20261122T120000Z-fcc176e5',NULL,NULL,'2026-11-22T12:00:00Z','1.0',X'7B22736368656D615F76657273696F6E223A22312E30222C226368616E676573223A5B226170706561726564225D2C2275726C223A2268747470733A2F2F6573707265736F2E74762F6E6577732D39222C226964223A6E756C6C2C2265646974696F6E223A227561222C22686561646C696E65223A22486561646C696E652039222C226C6162656C223A6E756C6C2C227075626C69736865645F6174223A22323032362D31312D32325431323A30303A30302B30303A3030222C22706F736974696F6E223A392C22706F736974696F6E5F62616E64223A2268696768222C22696D706F7274616E74223A66616C73652C227365656E5F6174223A22323032362D31312D32325431323A30303A30305A222C227365656E5F6F6E223A2268747470733A2F2F6573707265736F2E74762F222C22706F6C6C223A223230323631313232543132303030305A2D6663633137366535227D');
INSERT INTO "outbox" VALUES(14,'articles','20261122T120000Z-fcc176e5',3,1,'2026-11-22T12:00:00Z','1.0',X'7B226576656E74223A2263726561746564222C226964223A2275613A6E6577732D39222C227265766973696F6E223A312C2275726C223A2268747470733A2F2F6573707265736F2E74762F6E6577732D39222C226368616E676573223A5B5D2C2261727469636C655F626F6479223A2274657874222C22746578745F646967657374223A227368613235363A30623964623130303132313463623437663063386134356338663032393438356161396563386535613935666339663065366139636261633662636464396664222C227265636F72645F646967657374223A227368613235363A35646464356432313161386634666162343664326438353531623366616531633363653939396365333130316465363131313635336331343936633165666365222C22657874726163746F725F76657273696F6E223A2231222C22656D69747465645F6174223A22323032362D31312D32325431323A30303A30305A222C226368616E67655F6B696E64223A6E756C6C2C2273696C656E74223A6E756C6C2C227265747261637473223A5B5D2C22726561736F6E223A6E756C6C2C2272756E5F6964223A223230323631313232543132303030305A2D6663633137366535227D');
CREATE TABLE pauses (host TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
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
INSERT INTO "revisions" VALUES(1,1,'1','created','sha256:0b9db1001214cb47f0c8a45c8f029485aa9ec8e5a95fc9f0e6a9cbac6bcdd9fd','sha256:5ddd5d211a8f4fab46d2d8551b3fae1c3ce999ce3101de6111653c1496c1efce','{"headline":"c5f5a4c8157584ec","article_body":"982d9e3eb996f559","article_section":"19fba0e995b9794f"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','20261122T120000Z-8502d0ea',1,0);
INSERT INTO "revisions" VALUES(1,2,'1','revised','sha256:ca4483d8dabde1ad6fd5922c8fcd64275d2813e2095e2733a10adf096a8beca8','sha256:2bc3881b43b60b60dc39f65850ed2bb2d6319b05ab7b42c9ef045e53fc928cef','{"headline":"c5f5a4c8157584ec","article_body":"d67e2e944994496c","article_section":"19fba0e995b9794f"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','20261122T120000Z-163cee6c',2,0);
INSERT INTO "revisions" VALUES(2,1,'1','created','sha256:0b9db1001214cb47f0c8a45c8f029485aa9ec8e5a95fc9f0e6a9cbac6bcdd9fd','sha256:5ddd5d211a8f4fab46d2d8551b3fae1c3ce999ce3101de6111653c1496c1efce','{"headline":"c5f5a4c8157584ec","article_body":"982d9e3eb996f559","article_section":"19fba0e995b9794f"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','20261122T120000Z-8502d0ea',1,0);
INSERT INTO "revisions" VALUES(3,1,'1','created','sha256:0b9db1001214cb47f0c8a45c8f029485aa9ec8e5a95fc9f0e6a9cbac6bcdd9fd','sha256:5ddd5d211a8f4fab46d2d8551b3fae1c3ce999ce3101de6111653c1496c1efce','{"headline":"c5f5a4c8157584ec","article_body":"982d9e3eb996f559","article_section":"19fba0e995b9794f"}','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','20261122T120000Z-fcc176e5',NULL,0);
CREATE TABLE rewrites (
    stream TEXT NOT NULL,
    segment INTEGER NOT NULL,
    id TEXT NOT NULL,
    addresses TEXT NOT NULL,
    PRIMARY KEY (stream, segment, id)
) WITHOUT ROWID;
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
INSERT INTO "runs" VALUES('20261122T120000Z-163cee6c','read_also','{"edition":"ua"}',NULL,'2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','closed','finished',0,'{"schema_version":"1.0","run_id":"20261122T120000Z-163cee6c","spider":"read_also","arguments":{"edition":"ua"},"job":null,"started_at":"2026-11-22T12:00:00Z","counts":{"entry":{"emitted":1,"pending":1,"quarantined":1},"feed":{"headline":1,"published_at":1,"seen":4},"leased":{"due":3,"moved":1},"outcome":{"quarantined":1,"revised":1}},"gaps":[],"segments":[{"stream":"articles","number":2,"file":"articles/emitted=2026-11-22/000000000002-20261122T120000Z-163cee6c.jsonl","count":1},{"stream":"feed","number":2,"file":"feed/emitted=2026-11-22/000000000002-20261122T120000Z-163cee6c.jsonl","count":1}],"ended_at":"2026-11-22T12:00:00Z","reason":"finished","exit_code":0}',1);
INSERT INTO "runs" VALUES('20261122T120000Z-8502d0ea','read_also','{"edition":"ua"}',NULL,'2026-11-22T12:00:00Z','2026-11-22T12:00:00Z','closed','finished',0,'{"schema_version":"1.0","run_id":"20261122T120000Z-8502d0ea","spider":"read_also","arguments":{"edition":"ua"},"job":null,"started_at":"2026-11-22T12:00:00Z","counts":{"entry":{"emitted":2,"gone":1,"pending":5},"feed":{"appeared":8,"seen":8},"leased":{"new":8},"outcome":{"created":2}},"gaps":[],"segments":[{"stream":"articles","number":1,"file":"articles/emitted=2026-11-22/000000000001-20261122T120000Z-8502d0ea.jsonl","count":2},{"stream":"feed","number":1,"file":"feed/emitted=2026-11-22/000000000001-20261122T120000Z-8502d0ea.jsonl","count":8}],"ended_at":"2026-11-22T12:00:00Z","reason":"finished","exit_code":0}',1);
INSERT INTO "runs" VALUES('20261122T120000Z-fcc176e5','read_also','{"edition":"ua"}',NULL,'2026-11-22T12:00:00Z',NULL,'running',NULL,NULL,NULL,1);
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
INSERT INTO "segments" VALUES('articles',1,'20261122T120000Z-8502d0ea','articles/emitted=2026-11-22/000000000001-20261122T120000Z-8502d0ea.jsonl','sealed',2,910,'2ece54e168f9c081ac758ca829a1f91a3b537138d3eb8c7afbeb2ac1ae5405ad','1.0','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z',NULL,NULL);
INSERT INTO "segments" VALUES('articles',2,'20261122T120000Z-163cee6c','articles/emitted=2026-11-22/000000000002-20261122T120000Z-163cee6c.jsonl','sealed',1,474,'4672a460b26280baa455d63ea6502ec64ada8192f463d7edd4f8ba79f150af08','1.0','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z',NULL,NULL);
INSERT INTO "segments" VALUES('feed',1,'20261122T120000Z-8502d0ea','feed/emitted=2026-11-22/000000000001-20261122T120000Z-8502d0ea.jsonl','sealed',8,2725,'bb17eaf0038d92892a0d5096ebb0c197b98b993fb34441509dd450989a8b24b1','1.0','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z',NULL,NULL);
INSERT INTO "segments" VALUES('feed',2,'20261122T120000Z-163cee6c','feed/emitted=2026-11-22/000000000002-20261122T120000Z-163cee6c.jsonl','sealed',1,359,'8dffab9f3578645a80f65dccab02b37a1cf8319de873d84f8a4a6823b7d90eee','1.0','2026-11-22T12:00:00Z','2026-11-22T12:00:00Z',NULL,NULL);
CREATE TABLE stretches (
    stretch INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    since INTEGER,
    run TEXT NOT NULL,
    reason TEXT
, detail TEXT, page INTEGER, has_end INTEGER NOT NULL DEFAULT 0, end_sign TEXT, end_after TEXT, end_run TEXT);
CREATE TABLE suppressed (hash BLOB PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tallies (
    run TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','entry/emitted',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','entry/pending',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','entry/quarantined',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','feed/headline',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','feed/published_at',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','feed/seen',4);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','leased/due',3);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','leased/moved',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','outcome/quarantined',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-163cee6c','outcome/revised',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','entry/emitted',2);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','entry/gone',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','entry/pending',5);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','feed/appeared',8);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','feed/seen',8);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','leased/new',8);
INSERT INTO "tallies" VALUES('20261122T120000Z-8502d0ea','outcome/created',2);
INSERT INTO "tallies" VALUES('20261122T120000Z-fcc176e5','entry/emitted',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-fcc176e5','feed/appeared',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-fcc176e5','feed/seen',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-fcc176e5','leased/new',1);
INSERT INTO "tallies" VALUES('20261122T120000Z-fcc176e5','outcome/created',1);
CREATE INDEX runs_running ON runs (run) WHERE state = 'running';
CREATE INDEX runs_unfiled ON runs (run) WHERE filed = 0;
CREATE INDEX entries_pending ON entries (host, next_attempt) WHERE state = 'pending';
CREATE INDEX entries_leased ON entries (run) WHERE state = 'leased';
CREATE INDEX articles_next_check ON articles (host, next_check) WHERE next_check IS NOT NULL;
CREATE INDEX articles_same_as ON articles (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX outbox_stream ON outbox (stream, seq);
CREATE INDEX held_run ON held (run, state);
CREATE INDEX held_entry ON held (entry);
CREATE INDEX baselines_edition ON baselines (edition, seq);
CREATE INDEX segments_planned ON segments (stream) WHERE state = 'planned';
CREATE INDEX segments_run ON segments (run);
CREATE INDEX stretches_host ON stretches (host, newest);
CREATE INDEX neighbours_expires ON neighbours (expires);
CREATE TRIGGER neighbours_added AFTER INSERT ON neighbours BEGIN
    INSERT OR IGNORE INTO neighbour_keys
    SELECT NEW.published / 86400, value, NEW.neighbour FROM json_each(NEW.keys); END;
CREATE TRIGGER neighbours_gone AFTER DELETE ON neighbours BEGIN
    DELETE FROM neighbour_keys
    WHERE day = OLD.published / 86400 AND neighbour = OLD.neighbour
      AND key IN (SELECT value FROM json_each(OLD.keys)); END;
CREATE INDEX entries_offsite ON entries (host) WHERE state = 'offsite';
CREATE INDEX entries_article ON entries (article) WHERE article IS NOT NULL;
CREATE INDEX entries_looks ON entries (listed_on, next_look) WHERE next_look IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',14);
INSERT INTO "sqlite_sequence" VALUES('held',2);
COMMIT;
