"""Files of earlier formats, and that no question a crawl asks reads a whole table."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.ledger import GapReason
from espreso_crawler.ledger.store import entry_rows, entry_states, schema
from tests.ledger.builders import HOST, NOON, draft, open_ledger, url


def file_of(root: Path) -> Path:
    return root / "state" / "ledger.sqlite3"


# What each step added, taken back: newest first.
UNDO = {
    6: [
        f"ALTER TABLE stretches DROP COLUMN {column}"
        for column in ("end_run", "end_after", "end_sign", "has_end", "page", "detail")
    ],
    5: [
        "DROP INDEX entries_looks",
        *(f"ALTER TABLE entries DROP COLUMN {column}" for column in ("refused_at", "next_look", "listed_on")),
    ],
    4: ["DROP INDEX entries_article"],
}
SENTENCES = {
    "limit reached": GapReason.LIMIT,
    "page limit of 2 reached": GapReason.PAGE_LIMIT,
    "limit of 200 presses reached": GapReason.PAGE_LIMIT,
    "50 pages of the archive in a row lead no further down": GapReason.NO_PROGRESS,
    "https://espreso.tv/news?page=3: the page does not fit the one before it: its feed is older":
        GapReason.CONTRADICTION,
    "the feed has no link to more news": GapReason.NO_LINK,
    "more news is behind a button, and no browser is installed": GapReason.NO_BROWSER,
    "https://espreso.tv/news?page=3: HTTP 500": GapReason.UNREADABLE,
}  # fmt: skip


def test_the_reasons_of_gaps_were_sentences_and_are_an_enumeration(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    for place, _ in enumerate(SENTENCES):
        top = NOON - timedelta(days=place)
        ledger.coverage.begin(HOST, newest=top, oldest=top - timedelta(hours=1), since=top - timedelta(hours=9))
    ledger.close("finished", 0)
    with closing(sqlite3.connect(file_of(tmp_path))) as file:
        for statement in UNDO[6]:
            file.execute(statement)
        file.execute("PRAGMA user_version = 5")
        for place, sentence in enumerate(SENTENCES, start=1):
            file.execute("UPDATE stretches SET reason = ? WHERE stretch = ?", (sentence, place))
        file.commit()
    later = open_ledger(tmp_path)
    told = {gap.detail: gap.reason for gap in later.coverage.gaps() if gap.detail}
    later.close("finished", 0)
    assert told == SENTENCES


def test_a_file_of_the_format_before_is_brought_up_to_date_and_keeps_what_it_knows(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1)))
    ledger.close("finished", 0)
    with closing(sqlite3.connect(file_of(tmp_path))) as file:
        made = file.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        for statement in (statement for step in UNDO.values() for statement in step):
            file.execute(statement)
        file.execute("PRAGMA user_version = 3")
    later = open_ledger(tmp_path)
    assert later.articles.known("ua:news-1")
    assert [tuple(row) for row in later.session.db.rows("SELECT sql FROM sqlite_schema ORDER BY name")] == made
    assert later.session.db.row("PRAGMA user_version")[0] == len(schema.STEPS)
    later.close("finished", 0)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        (entry_rows.IN_FEED, {"key": 1, "url": url(1)}),
        (entry_states.AGAIN, ("reason", 1)),
        (entry_states.WATCH, (1, 2, 3)),
        (entry_states.LOOK_AT_LISTED, (url(1), 1)),
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


@pytest.mark.parametrize(
    ("statement", "columns"),
    [(entry_states.LEASE, 5), (entry_states.END, 5), (entry_rows.UPDATE, 10)],
    ids=["lease", "end", "update"],
)
def test_many_entries_are_written_at_once_without_reading_all(tmp_path: Path, statement: str, columns: int) -> None:
    ledger = open_ledger(tmp_path)
    plan = ledger.session.db.write_rows(f"EXPLAIN QUERY PLAN {statement}", [[None] * columns] * 40)
    ledger.close("finished", 0)
    steps = [row["detail"] for row in plan]
    assert any(step.startswith("SEARCH entries") for step in steps)
    assert [step for step in steps if step.startswith("SCAN entries")] == []
