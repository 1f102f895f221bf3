"""Tables read back and compared with the sealed records: Parquet, SQLite, CSV, JSON Lines."""

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet

from espreso_crawler.export.fields import FLAT, LONGEST_CELL
from espreso_crawler.export.formats import FORMATS
from espreso_crawler.export.parquet import MOST, schema_of
from espreso_crawler.export.spreadsheet import cell, neutralised, restored
from espreso_crawler.schema.shapes import Field, shapes
from tests.export.sealed import RECORDS, Json, article, by_id, json_lines, seal, written


def as_instants(value: Any) -> Any:
    """Return a record with times as Arrow has them: instants, in UTC."""
    if isinstance(value, dict):
        return {name: as_instants(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_instants(part) for part in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value):
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


def test_parquet_holds_every_record_whole(output):
    assert by_id(parquet.read_table(written(output, "parquet")).to_pylist()) == by_id(as_instants(RECORDS))


def test_parquet_has_a_row_group_a_day_and_the_published_types(output):
    file = parquet.ParquetFile(written(output, "parquet"))
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [2, 1]
    # But for seconds and the names of list members, which Parquet does not know.
    assert file.schema_arrow.names == schema_of("latest").names
    assert file.read().cast(schema_of("latest")).num_rows == 3
    assert file.schema_arrow.field("feed").type.field("seen_at").type == pa.timestamp("ms", tz="UTC")


def test_a_day_of_many_articles_is_parted(tmp_path):
    seal(tmp_path / "output", *(article(id=f"global:{number}") for number in range(MOST + 1)))
    file = parquet.ParquetFile(written(tmp_path / "output", "parquet"))
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [MOST, 1]


def test_a_line_longer_than_a_block_of_arrow_is_read(tmp_path):
    seal(tmp_path / "output", article(article_body="a" * 3_000_000))
    assert len(parquet.read_table(written(tmp_path / "output", "parquet")).to_pylist()[0]["article_body"]) == 3_000_000


def test_without_articles_every_format_is_there_and_empty(tmp_path):
    seal(tmp_path / "output")
    for name in FORMATS:
        assert written(tmp_path / "output", name).stat().st_size or name in ("jsonl", "jsonld", "ninjs")
    assert parquet.read_table(tmp_path / "export" / "articles.parquet").num_rows == 0


def restored_record(db: sqlite3.Connection, row: sqlite3.Row) -> Json:
    return {each.name: _restored(db, row, each, "articles", each.name) for each in shapes()["Article"].fields}


def _restored(db: sqlite3.Connection, row: sqlite3.Row, each: Field, table: str, column: str) -> Any:
    if each.shape and each.repeated and column not in row.keys():  # noqa: SIM118  # a row iterates over its values
        name = column if table == "articles" else f"{table}_{column}"
        query = f"SELECT * FROM {name} WHERE {table.removesuffix('s')} = ? ORDER BY place"  # noqa: S608  # own names
        return [
            {part.name: _restored(db, child, part, name, part.name) for part in shapes()[each.shape].fields}
            for child in db.execute(query, (row["key"],))
        ]
    if each.shape and not each.repeated:
        parts = shapes()[each.shape].fields
        value = {part.name: _restored(db, row, part, table, f"{column}_{part.name}") for part in parts}
        return None if each.nullable and set(value.values()) == {None} else value
    value = row[column]
    if each.repeated:
        return orjson.loads(value)
    return bool(value) if each.type is bool and value is not None else value


@pytest.fixture
def database(output):
    path = written(output, "sqlite")
    with sqlite3.connect(path) as db:
        db.row_factory = sqlite3.Row
        yield db
    db.close()


def test_sqlite_holds_every_record_whole_newest_first(database):
    found = [
        restored_record(database, row)
        for row in database.execute("SELECT * FROM articles JOIN texts ON article = key ORDER BY key")
    ]
    assert [record["id"] for record in found] == ["ua:7", "global:8", "global:1001"]
    assert by_id(found) == by_id(RECORDS)


def test_sqlite_keys_lead_somewhere(database):
    assert list(database.execute("PRAGMA foreign_key_check")) == []
    keys = {row["table"] for row in database.execute("PRAGMA foreign_key_list(tags)")}
    assert keys == {"articles", "concepts"}


def test_datasette_is_a_searchable_site_of_it_at_once(output):
    asked = "/espreso/articles.json?_search=Kharkiv&_shape=array"
    command = [sys.executable, "-m", "datasette", str(written(output, "sqlite")), "--get", asked]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert [row["id"] for row in found] == ["ua:7"]


def test_sqlite_finds_a_ukrainian_text_by_the_english_name_of_its_tag(database):
    found = "SELECT id FROM articles JOIN articles_fts ON articles_fts.rowid = key WHERE articles_fts MATCH ?"
    assert [row["id"] for row in database.execute(found, ("Kharkiv",))] == ["ua:7"]
    assert [row["id"] for row in database.execute(found, ("вечір",))] == ["ua:7"]


def test_jsonl_of_tags_has_a_line_a_tag(output):
    lines = json_lines(written(output, "jsonl", "tags"))
    assert [(line["id"], line["tag"], line["mentions"], line["in_headline"]) for line in lines] == [
        ("global:1001", "topic:schools", 1, False),
        ("ua:7", "place:kharkiv", 1, True),
        ("ua:7", "topic:armed-conflict", 0, False),
        ("ua:7", "topic:air-defence", 0, False),
        ("ua:7", "genre:opinion", 0, False),
    ]
    table = parquet.read_table(written(output, "parquet", "tags"))
    assert table.schema.names == [field.name for field in FLAT["tags"]]
    assert table.to_pylist() == as_instants(lines)


def test_csv_is_one_table_that_is_read_back_as_it_was(output):
    text = written(output, "csv").read_text("utf-8-sig")
    first, second, third = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["id"], reverse=True)
    assert list(first) == [field.name for field in FLAT["latest"]]
    assert (first["headline"], first["places"], first["genres"]) == ("Ще один вечір у місті", "Kharkiv", "OPINION")
    assert (first["feed_position"], first["is_sponsored"], first["date_published"]) == ("", "", "")
    assert (second["silent"], second["changes"], second["similarity"]) == ("true", "headline", "0.625")
    assert (third["labels"], third["feed_position"]) == ("exclusive|спецпроєкт", "3")
    assert restored(third["article_body"]) == RECORDS[0]["article_body"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "'=1",
        "＝1",
        "\t=1",
        "a; =cmd|' /C calc'!A0",
        "a\n- b\n- c",
        "a;'b",
        "plain",
        "''",
    ],
)
def test_no_cell_of_csv_is_a_formula_and_what_was_done_can_be_undone(text):
    safe = neutralised(text)
    assert restored(safe) == text
    for part in re.split(r"[;\n\t\r] *", safe):
        assert not part.startswith(tuple("=+-@＝"))


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path):
    seal(tmp_path / "output", article(article_body="a" * (LONGEST_CELL + 1)))
    (row,) = csv.DictReader(io.StringIO(written(tmp_path / "output", "csv").read_text("utf-8-sig")))
    assert (len(row["article_body"]), row["article_body_is_cut"]) == (LONGEST_CELL, "true")
    assert len(cell("-" + "a" * LONGEST_CELL)) == LONGEST_CELL
