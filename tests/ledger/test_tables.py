"""No question that a crawl asks reads a whole table."""

from pathlib import Path

import pytest

from espreso_crawler.ledger.store import entry_rows, entry_states
from tests.ledger.builders import open_ledger, url

DRIVERS = ("sqlite",)


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
