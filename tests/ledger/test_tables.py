"""Files of earlier formats, and that no question a crawl asks reads a whole table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.ledger import articles, states, tables
from tests.ledger.builders import draft, open_ledger, url


def file_of(root: Path) -> Path:
    return root / "state" / "ledger.sqlite3"


def test_a_file_of_the_format_before_is_brought_up_to_date_and_keeps_what_it_knows(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1)))
    ledger.close("finished", 0)
    with closing(sqlite3.connect(file_of(tmp_path))) as file:
        schema = file.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        file.execute("DROP INDEX entries_looks")
        for column in ("refused_at", "next_look", "listed_on"):
            file.execute(f"ALTER TABLE entries DROP COLUMN {column}")
        file.execute("DROP INDEX entries_article")
        file.execute("PRAGMA user_version = 3")
    later = open_ledger(tmp_path)
    assert later.articles.known("ua:news-1")
    assert [tuple(row) for row in later.session.db.rows("SELECT sql FROM sqlite_schema ORDER BY name")] == schema
    assert later.session.db.row("PRAGMA user_version")[0] == len(tables.STEPS)
    later.close("finished", 0)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        (articles.IN_FEED, {"key": 1, "url": url(1)}),
        (states.AGAIN, ("reason", 1)),
        (states.WATCH, (1, 2, 3)),
        (states.LOOK_AT_LISTED, (url(1), 1)),
    ],
    ids=["in_feed", "again", "watch", "listed"],
)
def test_the_entries_of_an_article_or_a_list_are_found_without_reading_all(
    tmp_path: Path, question: str, values: object
) -> None:
    ledger = open_ledger(tmp_path)
    plan = [row["detail"] for row in ledger.session.db.rows(f"EXPLAIN QUERY PLAN {question}", values)]  # type: ignore[arg-type]
    ledger.close("finished", 0)
    assert [step for step in plan if step.startswith("SCAN")] == []
