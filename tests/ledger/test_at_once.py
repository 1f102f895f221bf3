"""What a list shows and what lies in a file is noted with few statements, however many lines there are."""

from pathlib import Path

import pytest

from espreso_crawler.ledger import Ledger, Listed
from espreso_crawler.ledger.store import entry_rows, entry_states
from tests.ledger import builders
from tests.ledger.builders import HOST, NOON, asked, open_ledger, url
from tests.ledger.test_reconcile import crawl, report, segment

LIST = f"https://{HOST}/sitemap.xml"


def note(ledger: Ledger, *listed: Listed) -> dict[str, int]:
    return dict(ledger.listings.note(listed, seen_at=NOON, seen_on=LIST, hosts=[HOST]))


def entries(*numbers: int, changed: int | None = None, host: str = HOST, headline: str = "") -> list[Listed]:
    return [Listed(url(number), host, "ua", headline=headline, changed=changed) for number in numbers]


def test_a_line_counts_as_doubled_each_time_it_is_found_once_more(tmp_path: Path) -> None:
    crawl(tmp_path, "a", 1, 2)
    path = segment(tmp_path, 1)
    first, _ = path.read_bytes().splitlines(keepends=True)
    path.with_name("000000000009-stranger.jsonl").write_bytes(first + b"torn\n" + first)
    found = report(tmp_path)
    assert found.doubled_lines == [("ua:news-1", 1)] * 2
    assert [name.rpartition(":")[2] for name in found.torn_lines] == ["2"]
    assert found.lines == 5


def test_what_a_list_says_twice_counts_once_and_fills_in(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    (bare,), (told,) = entries(1), entries(1, headline="told")
    assert note(ledger, bare, told, told, bare, *entries(2)) == {"new": 2, "known": 3}
    ledger.close("finished", 0)
    assert asked(tmp_path, "SELECT headline FROM entries WHERE url = ?", url(1)) == "told"


@pytest.mark.parametrize(
    ("statement", "columns"), [(entry_rows.FILL, 4), (entry_states.CHANGED, 2)], ids=["fill", "changed"]
)
def test_the_entries_of_a_list_are_written_without_reading_all(
    tmp_path: Path, driver: str, statement: str, columns: int
) -> None:
    if driver == builders.SQLITE:
        ledger = open_ledger(tmp_path)
        plan = ledger.session.db.write_rows(f"EXPLAIN QUERY PLAN {statement}", [[None] * columns] * 40)
        ledger.close("finished", 0)
        assert [step for step in (row["detail"] for row in plan) if step.startswith("SCAN entries")] == []


@pytest.mark.parametrize(
    ("statement", "values"),
    [(entry_rows.LISTED, ("", "", "[]")), (entry_states.LOOK_AT, ("[]", 1))],
    ids=["seen", "looked at"],
)
def test_the_entries_of_a_list_are_found_without_reading_all(
    tmp_path: Path, driver: str, statement: str, values: tuple[str | int, ...]
) -> None:
    if driver == builders.SQLITE:
        ledger = open_ledger(tmp_path)
        plan = ledger.session.db.rows(f"EXPLAIN QUERY PLAN {statement}", values)
        ledger.close("finished", 0)
        assert [step for step in (row["detail"] for row in plan) if step.startswith("SCAN entries")] == []
