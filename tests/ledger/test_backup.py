"""A ledger from a backup beside newer output: it is refused, reads what was sealed since, and goes on."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.care.catching_up import catch_up
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.moving import copy
from espreso_crawler.ledger.delivery import files
from tests.ledger.builders import HOST, asked, database, draft, lose_database, open_ledger, sealed, see, sighting, url
from tests.ledger.test_reconcile import crawl, field_digests, looking, report, root, segment
from tests.ledger.test_taking_back import forgetting

__all__ = ["root"]


def backed_up(root: Path) -> Callable[[], None]:
    """Copy a ledger in which an article waits for its file; returns what brings the copy back."""
    ledger = open_ledger(root)
    see(ledger, sighting(4))
    ledger.outbox.emit(draft(url(4), "waits"))
    ledger.outbox.flush()
    ledger.abandon()
    backup, places = root / "backup.sqlite3", {"output": root / "output", "state": root / "state"}
    copy(database(root), backup, **places)

    def restore() -> None:
        lose_database(root)
        copy(backup, database(root), **places)

    return restore


def caught_up(root: Path) -> list[str]:
    with looking(root) as session:
        return catch_up(session, field_digests)


def test_a_backup_reads_what_was_sealed_after_it_and_goes_on(root: Path) -> None:
    restore = backed_up(root)
    crawl(root, "a", 5)  # seals what waited, too
    crawl(root, "c", 3)
    forgetting(root, "ua:news-1")  # the first file is written again under another number
    before = Counter((line["id"], line["revision"]) for line in sealed(root))
    last = max(int(path.name[:12]) for path in (root / "output/articles").rglob("*.jsonl"))
    restore()
    with pytest.raises(LedgerError, match="old copy; `scrapy ledger reconcile` with `--fix` reads"):
        open_ledger(root)
    assert len(caught_up(root)) > 2
    assert caught_up(root) == []
    assert report(root).is_well(), "what was forgotten is missed by nobody"
    assert asked(root, "SELECT count(*) FROM entries WHERE url = ?", url(1)) == 0
    ledger = open_ledger(root)
    assert [ledger.outbox.emit(draft(url(n), text)).outcome for n, text in ((1, "x"), (4, "waits"), (5, "a"))] == [
        "suppressed",
        "unchanged",
        "unchanged",
    ]
    assert ledger.outbox.emit(draft(url(3), "d")).revision == 3
    assert ledger.entries.take([HOST]) == []
    ledger.close("finished", 0)
    after = Counter((line["id"], line["revision"]) for line in sealed(root))
    assert after - before == {("ua:news-3", 3): 1}
    assert before - after == {}
    assert segment(root, last + 1).exists()
    assert report(root).is_well()


def test_a_run_that_ended_after_the_backup_keeps_its_file(root: Path) -> None:
    ledger = open_ledger(root)
    assert len(see(ledger, sighting(4))) == 1
    backup, places = root / "backup.sqlite3", {"output": root / "output", "state": root / "state"}
    ledger.abandon()  # so that it may be copied; the copy says that it runs
    copy(database(root), backup, **places)
    file = root / "output" / "runs" / f"{ledger.run.id}.json"
    said = orjson.dumps(orjson.loads(segment_run(root).read_bytes()) | {"run_id": ledger.run.id})
    file.write_bytes(said)
    lose_database(root)
    copy(backup, database(root), **places)
    assert caught_up(root) == []
    ledger = open_ledger(root)
    assert [lease.url for lease in ledger.entries.take([HOST])] == [url(4)]
    ledger.close("finished", 0)
    assert orjson.loads(file.read_bytes())["reason"] == "finished"


def segment_run(root: Path) -> Path:
    """Return the file of a run that finished."""
    return min((root / "output" / "runs").glob("*.json"))


def test_a_backup_leaves_what_is_no_file_of_its_output_alone(root: Path) -> None:
    restore = backed_up(root)
    first = segment(root, 1)
    copied = first.with_name("000000000009-copy.jsonl")
    copied.write_bytes(first.read_bytes())
    files.manifest_of(copied).write_bytes(files.manifest_of(first).read_bytes())
    first.with_name("000000000010-bare.jsonl").write_bytes(b"{}\n")
    restore()
    assert caught_up(root) == []
    assert len(report(root).foreign_files) == 2


def test_a_ledger_that_knows_no_file_is_to_be_rebuilt(tmp_path: Path) -> None:
    open_ledger(tmp_path).close("finished", 0)
    with inspected(database(tmp_path), output=tmp_path / "output", state=tmp_path / "state") as session:
        assert catch_up(session, field_digests) == []
