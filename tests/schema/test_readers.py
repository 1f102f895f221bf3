"""DuckDB and Arrow read the output by the published files."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pytest

from espreso_crawler.record import encode
from espreso_crawler.schema import arrow, duckdb_view
from tests.articles import full_article


def line(**changed: Any) -> bytes:
    return encode(orjson.loads(encode(full_article())) | changed) + b"\n"


def sealed(folder: Path, *lines: bytes) -> Path:
    file = folder / "output" / "articles" / "emitted=2024-11-02" / "000000000001-run.jsonl"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"".join(lines))
    return file


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as connection:
        yield connection


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    database.execute(duckdb_view.views())
    return database.execute(query).fetchall()


def test_duckdb_reads_every_field_of_a_full_record(database, tmp_path):
    sealed(tmp_path, line())
    (row,) = rows(database, "SELECT columns(*)::VARCHAR FROM articles")
    by_name = dict(zip([column[0] for column in database.description], row, strict=True))
    expected = orjson.loads(line())
    assert list(by_name) == list(expected)
    assert [name for name, value in by_name.items() if (value is None) != (expected[name] is None)] == []
    assert by_name["date_published"] == "2024-11-02 11:37:00+02"
    assert rows(database, "SELECT tags[1].mentions[1].surface, feed.position FROM articles") == [("school", 3)]


def test_articles_are_the_newest_revision_of_each_id(database, tmp_path):
    sealed(
        tmp_path,
        line(revision=2, headline="B"),
        line(revision=1, headline="A"),
        line(id="global:7", headline="C"),
    )
    assert rows(database, "SELECT headline FROM articles ORDER BY 1") == [("B",), ("C",)]
    assert rows(database, "SELECT count(*) FROM article_revisions") == [(3,)]


@pytest.mark.parametrize("event", ["removed", "erased"])
def test_an_ended_article_stands_no_more(database, tmp_path, event):
    sealed(tmp_path, line(), line(revision=2, event=event, headline=None))
    assert rows(database, "SELECT id FROM articles") == []


def test_a_retracted_revision_uncovers_the_one_before(database, tmp_path):
    taken_back = line(revision=3, event="retracted", retracts=[2], headline=None)
    sealed(tmp_path, line(), line(revision=2, headline="Wrong"), taken_back)
    assert rows(database, "SELECT revision, headline FROM articles") == [(1, "An invented town opens a school")]


def test_arrow_reads_a_full_record(tmp_path):
    file = sealed(tmp_path, line(), line(feed=None, images=[], date_published=None))
    table = arrow.table(file)
    assert table.schema == arrow.schema()
    first, second = table.to_pylist()
    assert first["date_published"] == datetime(2024, 11, 2, 9, 37, tzinfo=UTC)
    assert first["date_published_day"] == date(2024, 11, 2)
    assert first["provenance"][0]["others"][0]["source"] == "jsonld"
    assert (second["feed"], second["images"], second["date_published"]) == (None, [], None)


def test_arrow_description_is_the_schema_it_builds():
    described = arrow.description()["schema"]["fields"]
    built = arrow.schema()
    assert [field["name"] for field in described] == built.names
    assert built.field("labels").type == pa.list_(pa.field("item", pa.string()))
