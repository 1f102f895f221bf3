"""The output as DuckDB views: every line, and the newest revision of each article that still stands."""

from datetime import date, datetime

from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.schema.shapes import Field, shapes

PLAIN = {
    str: "VARCHAR",
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    date: "DATE",
    datetime: "TIMESTAMPTZ",
}
VIEWS = """-- Record format {version}; made from items.py by: python -m espreso_crawler.schema
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
    columns = {{
        {columns}
    }}
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
"""


def views() -> str:
    """Return the SQL text that makes both views."""
    article = shapes()["Article"]
    lines = (f"{field.name}: '{_type(field)}'" for field in article.fields)
    return VIEWS.format(version=SCHEMA_VERSION, columns=",\n        ".join(lines))


def _type(field: Field) -> str:
    return _value_type(field) + ("[]" if field.repeated else "")


def _value_type(field: Field) -> str:
    if field.shape:
        parts = shapes()[field.shape].fields
        return "STRUCT(" + ", ".join(f'"{part.name}" {_type(part)}' for part in parts) + ")"
    return "VARCHAR" if field.choices else PLAIN[field.type]
