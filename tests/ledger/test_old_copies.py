"""An old copy of a ledger beside output of which only an older day's folder is newer: a clock that was set back."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler import record
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import Ledger, Run, new_run_id, recovery
from espreso_crawler.ledger.care.catching_up import catch_up
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.moving import copy
from espreso_crawler.ledger.care.reconcile import reconcile
from espreso_crawler.ledger.delivery.segment_paths import segment_files
from espreso_crawler.object_path import ObjectPath, OutputPath
from tests.ledger.builders import HOST, NOON, QUICK, Clock, database, draft, lose_database, sighting, url
from tests.ledger.test_reconcile import field_digests


@pytest.fixture(params=["folder", "bucket"])
def output(tmp_path: Path, request: pytest.FixtureRequest) -> OutputPath:
    if request.param == "folder":
        return tmp_path / "output"
    return ObjectPath.of(request.getfixturevalue("bucket"))


def opened(root: Path, output: OutputPath, *, days: int = 0) -> Ledger:
    clock = Clock(NOON + timedelta(days=days))
    run = Run(new_run_id(clock()), "read_also", {}, clock())
    return Ledger.open(
        database(root), output=output, state=root / "state", run=run, record=record, rules=QUICK, clock=clock
    )


def crawl(root: Path, output: OutputPath, number: int, *, days: int) -> None:
    ledger = opened(root, output, days=days)
    ledger.entries.see([sighting(number)], seen_at=ledger.now(), seen_on=f"https://{HOST}/")
    ledger.outbox.emit(draft(url(number)))
    ledger.close("finished", 0)


def numbers(output: OutputPath) -> list[tuple[str, int]]:
    """Return day and number of each sealed file of articles."""
    return [(file.path.parent.name[-2:], file.number) for file in segment_files(output, "articles")]


def test_a_file_in_an_older_days_folder_shows_that_a_ledger_is_old(tmp_path: Path, output: OutputPath) -> None:
    crawl(tmp_path, output, 1, days=0)
    crawl(tmp_path, output, 2, days=2)
    backup, state = tmp_path / "backup.sqlite3", tmp_path / "state"
    copy(database(tmp_path), backup, output=output, state=state)
    crawl(tmp_path, output, 3, days=0)
    assert numbers(output) == [("22", 1), ("24", 2), ("22", 3)]

    lose_database(tmp_path)
    copy(backup, database(tmp_path), output=output, state=state)
    with pytest.raises(LedgerError, match="articles segment 3, but this ledger knows 2: it is new, or an old copy"):
        opened(tmp_path, output)
    with inspected(database(tmp_path), output=output, state=state) as session:
        assert len(catch_up(session, field_digests)) == 2
        assert reconcile(session).is_well()
    crawl(tmp_path, output, 4, days=3)
    assert numbers(output)[3:] == [("25", 4)]


def test_all_days_of_a_stream_in_a_bucket_cost_one_listing(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = ObjectPath.of(bucket)
    for number in range(1, 4):
        crawl(tmp_path, output, number, days=number)
    asked, api = Counter[str](), output.bucket.api
    for name in ("list", "list_with_delimiter", "head", "get"):
        monkeypatch.setattr(api, name, counting(name, getattr(api, name), asked))
    assert recovery.latest_on_disk(output) == {"articles": 3, "feed": 3, "links": 0}
    assert asked == {"list": 3}


def counting(name: str, ask: Any, asked: Counter[str]) -> Any:
    def counted(*given: Any, **options: Any) -> Any:
        asked[name] += 1
        return ask(*given, **options)

    return counted
