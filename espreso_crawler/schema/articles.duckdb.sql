-- Record format 1.0; made from items.py by: python -m espreso_crawler.schema
-- Reads the folder output/ here, or another one that you name first: SET VARIABLE output = 'output/demo';
-- A TIMESTAMPTZ is an instant; printed in Kyiv time:
SET TimeZone = 'Europe/Kyiv';

-- Every line: one row per article revision.
CREATE OR REPLACE VIEW article_revisions AS
SELECT *
FROM read_json(
    coalesce(getvariable('output'), 'output') || '/articles/*/*.jsonl',
    format = 'newline_delimited',
    hive_partitioning = false,
    maximum_object_size = 67108864,
    columns = {
        schema_version: 'VARCHAR',
        event: 'VARCHAR',
        id: 'VARCHAR',
        entity_id: 'VARCHAR',
        revision: 'BIGINT',
        url: 'VARCHAR',
        edition: 'VARCHAR',
        in_language: 'VARCHAR',
        content_kind: 'VARCHAR',
        headline: 'VARCHAR',
        alternative_headline: 'VARCHAR',
        description: 'VARCHAR',
        article_body: 'VARCHAR',
        blocks: 'STRUCT("type" VARCHAR, "level" BIGINT, "text" VARCHAR, "items" VARCHAR[], "url" VARCHAR, "caption" VARCHAR, "credit" VARCHAR, "provider" VARCHAR, "start" BIGINT, "end" BIGINT)[]',
        author_note: 'VARCHAR',
        date_published: 'TIMESTAMPTZ',
        date_published_day: 'DATE',
        date_modified: 'TIMESTAMPTZ',
        authors: 'STRUCT("name" VARCHAR, "url" VARCHAR)[]',
        article_section: 'VARCHAR',
        labels: 'VARCHAR[]',
        is_sponsored: 'BOOLEAN',
        opt_outs: 'VARCHAR[]',
        cited_agencies: 'VARCHAR[]',
        keywords: 'STRUCT("name" VARCHAR, "url" VARCHAR)[]',
        tags: 'STRUCT("id" VARCHAR, "kind" VARCHAR, "name" VARCHAR, "mentions" STRUCT("field" VARCHAR, "start" BIGINT, "end" BIGINT, "surface" VARCHAR)[])[]',
        vocabulary_version: 'VARCHAR',
        images: 'STRUCT("url" VARCHAR, "role" VARCHAR, "caption" VARCHAR, "credit" VARCHAR, "alt" VARCHAR)[]',
        links: 'STRUCT("url" VARCHAR, "text" VARCHAR, "start" BIGINT, "end" BIGINT)[]',
        related: 'STRUCT("url" VARCHAR, "entity_id" VARCHAR, "headline" VARCHAR, "date" DATE)[]',
        feed: 'STRUCT("published_at" TIMESTAMPTZ, "label" VARCHAR, "position" BIGINT, "important" BOOLEAN, "seen_at" TIMESTAMPTZ, "seen_on" VARCHAR)',
        near_duplicate_of: 'VARCHAR',
        similarity: 'DOUBLE',
        changes: 'VARCHAR[]',
        change_kind: 'VARCHAR',
        silent: 'BOOLEAN',
        retracts: 'BIGINT[]',
        reason: 'VARCHAR',
        text_digest: 'VARCHAR',
        record_digest: 'VARCHAR',
        extractor_version: 'VARCHAR',
        provenance: 'STRUCT("field" VARCHAR, "source" VARCHAR, "agrees" BOOLEAN, "raw" VARCHAR, "others" STRUCT("source" VARCHAR, "raw" VARCHAR)[])[]',
        evidence: 'STRUCT("http_status" BIGINT, "payload_sha256" VARCHAR, "warc_file" VARCHAR, "warc_offset" BIGINT)',
        fetched_at: 'TIMESTAMPTZ',
        emitted_at: 'TIMESTAMPTZ',
        run_id: 'VARCHAR'
    }
);

-- The newest revision of each article that stands: not taken back, removed or erased.
CREATE OR REPLACE VIEW articles AS
WITH taken_back AS (SELECT id, unnest(retracts) AS revision FROM article_revisions WHERE event = 'retracted')
SELECT *
FROM article_revisions
ANTI JOIN taken_back USING (id, revision)
WHERE event <> 'retracted'
QUALIFY row_number() OVER (PARTITION BY id ORDER BY revision DESC, emitted_at DESC) = 1
    AND event NOT IN ('removed', 'erased');
