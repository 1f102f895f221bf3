"""The recipes in the docs, on the output of a crawl: they run, agree with each other, and find what was done."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import duckdb
import pytest

from espreso_crawler.schema import duckdb_view
from tests import tools
from tests.checkout import ROOT
from tests.crawls import Desk, start
from tests.export.sealed import Json, article, seal, tag
from tests.site import running, small

RECIPES = ROOT / "docs" / "recipes"
Answers = dict[str, list[Json]]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of a crawl in two runs, and a segment with what the invented site never has."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with running(small()) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        time.sleep(1)  # a run file tells its end to the second, and the recipes ask for the newest
        known = demo.site.newest - 2
        demo.control.publish(60)  # more than the limit below: a gap
        demo.control.update(known, "text")
        assert desk.crawl(start(demo), "limit=20").exit_code == 0
    newest = max(record["date_published"] for record in desk.records() if record["date_published"])
    people = [tag("person:a", "person", "Olena Pryklad"), tag("country:DE", "country", "Germany")]
    common: Json = {"date_published": newest, "date_published_day": newest[:10], "tags": people, "feed": None}
    first = article(id="global:1", edition="global", labels=["opinion"], headline="Old words", **common)
    silent = {"event": "revised", "changes": ["headline"], "change_kind": "text", "silent": True}
    copy = {"near_duplicate_of": "global:1", "similarity": 0.75}
    later = common | {"date_published": datetime.fromisoformat(newest).replace(minute=0).isoformat()}
    seal(
        desk.home / "output",
        first,
        first | silent | {"revision": 2, "headline": "New words"},
        article(id="ua:1", edition="ua", **common | {"tags": people[:1]} | copy),
        article(id="ua:2", edition="ua", **later | {"tags": people[1:]}),
        article(id="ua:3", edition="ua", event="removed", headline=None, tags=[], date_published=None, reason="404"),
        number=900,
    )
    return desk.home / "output"


@pytest.fixture(scope="module")
def by_duckdb(output: Path) -> Answers:
    with duckdb.connect() as connection:
        connection.execute(f"SET VARIABLE output = '{output}'")
        connection.execute(duckdb_view.views())
        return dict(_statements(connection))


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[Json]]]:
    for statement in filter(str.strip, (RECIPES / "with_duckdb.sql").read_text("utf-8").split(";\n")):
        found = connection.execute(statement)
        if question := re.search(r"^-- (\w+)$", statement, re.MULTILINE):
            names = [column[0] for column in found.description]
            yield question[1], [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def comparable(answers: Answers) -> Answers:
    """Return answers with times as instants and numbers as floats, whatever the tool calls them."""
    return {
        name: [{key: _comparable(value) for key, value in row.items()} for row in rows]
        for name, rows in answers.items()
    }


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and len(value) > len("2026-11-22T") and value[10] == "T":
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return pytest.approx(float(value), abs=0.11) if is_number else value


def recipe(name: str, output: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a recipe in Python as a module, run with the folder as its argument."""
    monkeypatch.setattr(sys, "argv", [name, str(output)])
    spec = spec_from_file_location(name, RECIPES / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_duckdb_finds_what_was_done(by_duckdb):
    answers = comparable(by_duckdb)
    assert len(answers) == 10
    assert answers["most_named"] == [{"name": "Olena Pryklad", "articles": 2}]
    pairs = by_duckdb["named_together"]
    assert len(pairs) == 10
    assert pairs == sorted(pairs, key=lambda row: (-row["articles"], row["one"], row["other"]))
    assert [(row["id"], row["before"], row["after"]) for row in answers["silent_headlines"]] == [
        ("global:1", "Old words", "New words")
    ]
    assert {row["field"] for row in answers["revised"]} == {"article_body", "headline"}
    assert {"tag": "country:DE", "edition": "ua"}.items() <= answers["first_to_report"][0].items()
    assert [row["id"] for row in answers["near_copies"] if row["near_duplicate_of"] == "global:1"] == ["ua:1"]
    assert {"edition": "global", "articles": 1, "opinions": 1, "share": 1.0} in answers["opinion_share"]
    assert {"edition": "ua", "articles": 2, "opinions": 0, "share": 0.0} in answers["opinion_share"]
    assert len(answers["latency"]) == 3
    assert len(answers["gaps"]) == 1


@pytest.mark.parametrize("name", ["with_polars", "with_pandas"])
def test_polars_and_pandas_give_the_same_answers(name, output, by_duckdb, monkeypatch):
    module = recipe(name, output, monkeypatch)
    frames = {question.__name__: question() for question in module.QUESTIONS}
    rows = {key: frame.to_dicts() if name == "with_polars" else _records(frame) for key, frame in frames.items()}
    assert plain(rows) == comparable(by_duckdb)


def plain(answers: Answers) -> Answers:
    return {
        name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in answers.items()
    }


def _plain(value: Any) -> Any:
    found = _comparable(value)
    return value if isinstance(value, int | float) else found


def _records(frame: Any) -> list[Json]:
    missing = frame.astype(object).where(frame.notna(), None)
    return [dict(row) for row in missing.to_dict(orient="records")]


def test_jq_gives_the_same_answers(output, by_duckdb):
    if not shutil.which("jq"):
        tools.missing("jq is not installed")
    done = subprocess.run(
        ["sh", str(RECIPES / "with_jq.sh"), str(output)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert plain(json.loads(done.stdout)) == comparable(by_duckdb)


def test_datasets_gives_the_same_answers(output, by_duckdb, monkeypatch):
    pytest.importorskip("datasets", reason="an environment of its own: pip install datasets")
    module = recipe("with_datasets", output, monkeypatch)
    rows = {
        name: [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        for name, found in module.answers()
    }
    assert plain(rows) == comparable(by_duckdb)


def test_files_in_which_a_field_is_always_null_do_not_mislead(tmp_path, monkeypatch):
    for number in range(1, 42):
        seal(tmp_path, article(id=f"global:{number}", feed=None, date_modified=None), number=number)
    seal(tmp_path, article(id="global:99"), number=99)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "r.json").write_text('{"ended_at": "2026-11-22T10:00:00Z", "gaps": [], "exit_code": 0}')
    with duckdb.connect() as connection:
        connection.execute(f"SET VARIABLE output = '{tmp_path}'")
        connection.execute(duckdb_view.views())
        assert connection.execute("SELECT max(feed.position) FROM articles").fetchone() == (3,)
    assert recipe("with_polars", tmp_path, monkeypatch).articles["feed"].struct["position"].max() == 3
    frame = recipe("with_pandas", tmp_path, monkeypatch).articles
    assert [feed["position"] for feed in frame["feed"].dropna()] == [3]
