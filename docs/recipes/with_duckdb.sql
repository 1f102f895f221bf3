-- Ten questions in DuckDB; needs the views of espreso_crawler/schema/articles.duckdb.sql. How to run it: README.md.

CREATE OR REPLACE TEMP VIEW named AS
SELECT id, edition, date_published, unnest(tags, recursive := false) AS tag FROM articles;

-- articles_a_day
SELECT date_published_day AS day, edition, count(*) AS articles
FROM articles GROUP BY ALL ORDER BY day DESC, edition;

-- most_named
SELECT tag.name AS name, count(*) AS articles
FROM named
WHERE tag.kind = 'person' AND date_published > (SELECT max(date_published) FROM articles) - INTERVAL 7 DAY
GROUP BY ALL ORDER BY articles DESC, name LIMIT 10;

-- revised
SELECT field, change_kind, silent, count(*) AS revisions
FROM (SELECT unnest(changes) AS field, change_kind, silent FROM article_revisions WHERE event = 'revised')
GROUP BY ALL ORDER BY revisions DESC, field, change_kind, silent;

-- silent_headlines
WITH texts AS (
    SELECT *, lag(headline) OVER (PARTITION BY id ORDER BY revision) AS before
    FROM article_revisions WHERE headline IS NOT NULL
)
SELECT id, before, headline AS after, fetched_at AS seen_at
FROM texts WHERE silent AND list_contains(changes, 'headline') ORDER BY seen_at, id;

-- named_together
WITH who AS (SELECT id, tag.name AS name FROM named WHERE tag.kind IN ('person', 'organisation', 'country'))
SELECT a.name AS one, b.name AS other, count(*) AS articles
FROM who AS a JOIN who AS b ON a.id = b.id AND a.name < b.name
GROUP BY ALL ORDER BY articles DESC, one, other LIMIT 10;

-- first_to_report
WITH firsts AS (SELECT tag.id AS tag, edition, min(date_published) AS first_at FROM named WHERE date_published IS NOT NULL GROUP BY ALL),
ranked AS (
    SELECT *, lead(first_at) OVER (PARTITION BY tag ORDER BY first_at, edition) AS next_at,
           row_number() OVER (PARTITION BY tag ORDER BY first_at, edition) AS place
    FROM firsts
)
SELECT tag, edition, date_diff('minute', first_at, next_at) AS minutes_ahead
FROM ranked WHERE place = 1 AND next_at IS NOT NULL ORDER BY minutes_ahead DESC, tag LIMIT 10;

-- near_copies
SELECT copy.id, copy.near_duplicate_of, copy.similarity,
       date_diff('minute', original.date_published, copy.date_published) AS minutes_after
FROM articles AS copy LEFT JOIN articles AS original ON original.id = copy.near_duplicate_of
WHERE copy.near_duplicate_of IS NOT NULL ORDER BY copy.id;

-- opinion_share
SELECT edition, count(*) AS articles, count(*) FILTER (list_contains(labels, 'opinion')) AS opinions,
       round(avg(list_contains(labels, 'opinion')::INT), 3) AS share
FROM articles GROUP BY edition ORDER BY edition;

-- latency
WITH waits AS (
    SELECT edition, epoch(emitted_at - date_published) / 60 AS minutes
    FROM article_revisions WHERE event = 'created' AND date_published IS NOT NULL
)
SELECT edition, count(*) AS articles, round(quantile_cont(minutes, 0.5), 1) AS p50_minutes,
       round(quantile_cont(minutes, 0.95), 1) AS p95_minutes
FROM waits GROUP BY edition ORDER BY edition;

-- gaps
WITH runs AS (
    FROM read_json(
        coalesce(getvariable('output'), 'output') || '/runs/*.json',
        columns = {ended_at: 'TIMESTAMPTZ', gaps: 'STRUCT(host VARCHAR, oldest TIMESTAMPTZ, newest TIMESTAMPTZ, reason VARCHAR)[]'}
    )
)
SELECT gap.host, gap.oldest, gap.newest, gap.reason
FROM (SELECT unnest(gaps) AS gap FROM (FROM runs ORDER BY ended_at DESC LIMIT 1))
ORDER BY gap.host, gap.newest;
