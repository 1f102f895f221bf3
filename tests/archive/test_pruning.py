"""`scrapy ledger prune-archive`: what goes, what stays, and that it says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

from espreso_crawler.archive import blanking, chain, prune
from espreso_crawler.archive.retention import FRESH
from tests.archive.asked import folder, verify
from tests.archive.readers import files_of
from tests.crawls import Desk

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""When the crawls take place."""


def test_pruning_deletes_what_no_record_needs(desk: Desk) -> None:
    first, second = files_of(folder(desk))
    names = [path.relative_to(folder(desk)).as_posix() for path in (first, second)]
    later = NOON + timedelta(days=9)

    def pruned(needed: set[str], **how: Any) -> list[str]:
        given = {"older_than": None, "most_bytes": None} | how
        return prune(folder(desk), needed=needed, now=later, **given).deleted

    assert pruned(set(), older_than=NOON - timedelta(days=1)) == []
    assert pruned({names[0]}, older_than=later, is_trial=True) == [names[1]]
    assert pruned(set(names), most_bytes=0) == []
    assert pruned(set(), most_bytes=first.stat().st_size + second.stat().st_size - 1) == [names[0]]
    assert (first.exists(), second.exists()) == (False, True)
    assert [link.event for link in chain.read(folder(desk))[0]] == ["sealed", "sealed", "pruned"]


def test_the_command_prunes_by_age_and_size_and_keeps_what_records_point_to(desk: Desk) -> None:
    for path in (desk.home / "archive").glob("chain.jsonl"):  # as if it had been sealed long ago
        path.unlink()
        for file in files_of(folder(desk)):
            name = file.relative_to(folder(desk)).as_posix()
            chain.append(folder(desk), "sealed", name, sha256=chain.sha256_of(file), at="2026-01-02T00:00:00Z")
    records = desk.records()
    held = {record["evidence"]["warc_file"] for record in records}
    done = desk.scrapy("ledger", "prune-archive", "--older-than", "90d")
    assert done.exit_code == 0, done.log
    assert [line for line in done.stdout.decode().splitlines() if line.startswith("stays")] == [
        f"stays, records point to it: {name}" for name in sorted(held)
    ]
    assert verify(desk) == []
    done = desk.scrapy("ledger", "prune-archive", "--max-size", "0MB", "--with-evidence")
    assert files_of(folder(desk)) == []
    assert verify(desk) == []
    assert f"{len(records)} point to files that were pruned" in desk.scrapy("ledger", "verify-archive").stdout.decode()
    for wrong in ((), ("--older-than", "soon"), ("--max-size", "20")):
        assert desk.scrapy("ledger", "prune-archive", *wrong).exit_code == 2


def test_what_was_sealed_a_moment_ago_stays(desk: Desk) -> None:
    times = sorted(datetime.fromisoformat(link.facts["at"]) for link in chain.read(folder(desk))[0])
    for now, count in ((times[0] + timedelta(seconds=FRESH - 1), 0), (times[-1] + timedelta(seconds=FRESH), 2)):
        done = prune(folder(desk), older_than=now, most_bytes=0, needed=set(), now=now, is_trial=True)
        assert len(done.deleted) == count


def test_pruning_goes_on_past_what_cannot_be_forgotten_and_a_trial_changes_nothing(desk: Desk) -> None:
    first, second = files_of(folder(desk))
    blanking.note(folder(desk), [desk.records()[0]["url"].partition("://")[2]])
    second.rename(f"{second}.open")  # as a killed crawl leaves it
    first.write_bytes(first.read_bytes()[:-9])
    before = {path: path.read_bytes() for path in folder(desk).rglob("*") if path.is_file()}
    asked = ("ledger", "prune-archive", "--max-size", "0MB", "--with-evidence")
    done = desk.scrapy(*asked, "--dry-run")
    assert (done.exit_code, done.stdout.decode().count("would delete")) == (0, 1), done.log
    assert {path: path.read_bytes() for path in folder(desk).rglob("*") if path.is_file()} == before
    done = desk.scrapy(*asked)
    assert done.exit_code == 4
    assert f"what was to be forgotten is not: {first}" in done.log
    assert done.stdout.decode().count("deleted ") == 2
    assert files_of(folder(desk)) == []
    assert (folder(desk) / blanking.NOTE).exists()


def test_pruning_is_refused_while_nobody_knows_what_records_point_to(desk: Desk) -> None:
    moved = desk.home / "moved"
    (desk.home / "output" / "articles").rename(moved)
    assert desk.scrapy("ledger", "reconcile", "--archived", *map(str, moved.rglob("*.jsonl"))).exit_code == 0
    done = desk.scrapy("ledger", "prune-archive", "--max-size", "0MB")
    assert (done.exit_code, "were moved away, and what their records point to is not known" in done.log) == (2, True)
    assert len(files_of(folder(desk))) == 2
