"""Ledger against output: what is found, what is mended, and a ledger built from output alone."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.identity import digest
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.rebuild import rebuild
from espreso_crawler.ledger.care.reconcile import Report, reconcile
from espreso_crawler.ledger.care.repair import archive, repair
from espreso_crawler.ledger.care.status import status
from espreso_crawler.ledger.session import Session
from tests.ledger.builders import HOST, NOON, database, draft, lose_database, open_ledger, sealed, see, sighting, url
from tests.ledger.test_taking_back import forgetting


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder after two crawls: three articles, one of them revised."""
    crawl(tmp_path, "a", 1, 2, 3)
    crawl(tmp_path, "b", 2)
    return tmp_path


def crawl(root: Path, text: str, *numbers: int) -> None:
    ledger = open_ledger(root)
    minutes = 0 if text == "a" else 9
    leases = see(ledger, *(sighting(n, minutes=minutes) for n in numbers)) + ledger.entries.take([HOST])
    for lease in leases:
        ledger.outbox.emit(draft(lease.url, text))
    ledger.coverage.begin(HOST, newest=NOON + timedelta(minutes=minutes), oldest=NOON - timedelta(hours=1))
    ledger.close("finished", 0)


def looking(root: Path) -> AbstractContextManager[Session]:
    return inspected(database(root), output=root / "output", state=root / "state")


def report(root: Path) -> Report:
    with looking(root) as session:
        return reconcile(session)


def mended(root: Path) -> list[str]:
    with looking(root) as session:
        return repair(session, reconcile(session))


def segment(root: Path, number: int, stream: str = "articles") -> Path:
    return next((root / "output" / stream).rglob(f"{number:012d}-*.jsonl"))


def manifest(path: Path) -> Path:
    return path.with_name(path.name.replace(".jsonl", ".manifest.json"))


def test_all_is_well_after_crawls(root: Path) -> None:
    found = report(root)
    assert found.is_well()
    assert (found.lines, found.segments) == (4, 4)


def delete_segment(root: Path) -> None:
    segment(root, 1).unlink()


def tear(root: Path) -> None:
    path = segment(root, 1)
    path.write_bytes(path.read_bytes()[:-20])


def spoil_manifest(root: Path) -> None:
    manifest(segment(root, 1)).write_text("{}")


def copy_segment(root: Path) -> None:
    path = segment(root, 1)
    shutil.copy(path, path.with_name("000000000009-stranger.jsonl"))


def delete_feed(root: Path) -> None:
    segment(root, 1, "feed").unlink()


@pytest.mark.parametrize(
    ("spoil", "field", "number"),
    [
        (delete_segment, "missing_segments", 1),
        (delete_segment, "missing_lines", 3),
        (tear, "spoilt_segments", 1),
        (tear, "torn_lines", 1),
        (tear, "missing_lines", 3),
        (spoil_manifest, "wrong_manifests", 1),
        (copy_segment, "foreign_files", 1),
        (copy_segment, "doubled_lines", 3),
        (delete_feed, "missing_segments", 1),
    ],
)
def test_what_is_wrong_is_named(root: Path, spoil: Callable[[Path], None], field: str, number: int) -> None:
    spoil(root)
    found = report(root)
    assert not found.is_well()
    assert len(getattr(found, field)) == number


@pytest.mark.parametrize("spoil", [tear, spoil_manifest, copy_segment, delete_feed])
def test_what_is_wrong_is_mended(root: Path, spoil: Callable[[Path], None]) -> None:
    spoil(root)
    assert mended(root)
    crawl(root, "a")
    assert report(root).is_well()


def test_files_put_aside_keep_their_places_and_each_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def across(path: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))

    monkeypatch.setattr(Path, "rename", across)  # state and output lie on two disks
    name = "emitted=2026-11-22/000000000009-stranger.jsonl"
    for text in ("first", "second"):
        for stream in ("articles", "feed"):
            path = root / "output" / stream / name
            path.write_text(f"{text} of {stream}")
            manifest(path).write_text(f"about {text}")
        mended(root)
    found = {path.relative_to(root / "state/aside"): path.read_text() for path in (root / "state/aside").rglob("*.js*")}
    assert found == {
        Path(stream) / f"emitted=2026-11-22/000000000009-stranger{end}": text
        for stream in ("articles", "feed")
        for end, text in {
            ".jsonl": f"first of {stream}",
            ".2.jsonl": f"second of {stream}",
            ".manifest.json": "about first",
            ".2.manifest.json": "about second",
        }.items()
    }


def test_lost_articles_are_written_again_under_the_same_revisions(root: Path) -> None:
    delete_segment(root)
    segment(root, 2).unlink()
    mended(root)
    found = report(root)
    assert found.awaited_lines == [("ua:news-1", 1), ("ua:news-2", 2), ("ua:news-3", 1)]
    crawl(root, "a")
    assert sorted((line["id"], line["revision"], line["event"]) for line in sealed(root)) == [
        ("ua:news-1", 1, "created"),
        ("ua:news-2", 2, "revised"),
        ("ua:news-3", 1, "created"),
    ]
    found = report(root)
    assert found.is_well()
    assert found.lost_for_good == 1


def test_an_output_folder_that_is_gone_is_mended(root: Path) -> None:
    shutil.rmtree(root / "output")
    assert len(report(root).missing_segments) == 4
    mended(root)
    crawl(root, "c")
    assert len(sealed(root)) == 3
    assert report(root).is_well()


def test_archived_files_count_as_there(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("archive")
    path = segment(root, 1)
    moved = elsewhere / path.name
    shutil.move(path, moved)
    manifest(path).unlink()
    with looking(root) as session:
        with pytest.raises(LedgerError, match="not a file that this ledger sealed"):
            archive(session, [_changed(moved)])
        assert len(archive(session, [moved])) == 1
    assert report(root).is_well()


def _changed(path: Path) -> Path:
    other = path.parent / "changed" / path.name
    other.parent.mkdir()
    other.write_bytes(path.read_bytes() + b"{}\n")
    return other


def test_lines_of_another_ledger_are_strange(root: Path) -> None:
    copy_segment(root)
    path = segment(root, 9)
    path.write_bytes(path.read_bytes().splitlines()[0].replace(b"ua:news-1", b"ua:other"))
    assert report(root).strange_lines == [("ua:other", 1)]


def field_digests(record: dict[str, Any]) -> dict[str, str]:
    return {
        "headline": digest("Headline"),
        "article_body": digest(record["article_body"]),
        "article_section": digest("news"),
    }


def rebuilt(root: Path) -> dict[str, int]:
    lose_database(root)
    return rebuild(
        database(root),
        output=root / "output",
        state=root / "state",
        field_digests=field_digests,
    )


def test_a_rebuilt_ledger_goes_on_where_the_old_one_ended(root: Path) -> None:
    ledger = open_ledger(root)
    see(ledger, sighting(9, minutes=20))
    ledger.close("finished", 0)
    assert rebuilt(root) == {"segments": 5, "articles": 3, "entries": 4}
    assert report(root).is_well()
    ledger = open_ledger(root)
    assert [lease.url for lease in ledger.entries.take([HOST])] == [url(9)]
    assert see(ledger, sighting(1, minutes=0), sighting(2, minutes=9)) == []
    assert ledger.outbox.emit(draft(url(1), "a")).outcome == "unchanged"
    revised = ledger.outbox.emit(draft(url(2), "c"))
    assert (revised.revision, revised.changes) == (3, ["article_body"])
    walk = ledger.coverage.begin(HOST, newest=NOON + timedelta(minutes=60), oldest=NOON + timedelta(minutes=30))
    assert (walk.is_open, walk.below) == (True, NOON + timedelta(minutes=20))
    assert ledger.coverage.extend(walk, oldest=NOON).is_open is False
    ledger.close("finished", 0)
    assert report(root).is_well()


def test_a_rebuilt_ledger_forgets_what_was_forgotten(root: Path) -> None:
    forgetting(root, "ua:news-2")
    path = segment(root, 3)
    assert orjson.loads(path.read_bytes().splitlines()[0])["id"] == "ua:news-1"
    rebuilt(root)
    ledger = open_ledger(root)
    assert ledger.outbox.emit(draft(url(2), "b")).outcome == "suppressed"
    ledger.close("finished", 0)
    assert report(root).is_well()


def test_a_living_ledger_is_not_rebuilt(root: Path) -> None:
    with pytest.raises(LedgerError, match="move it away"):
        rebuild(
            database(root),
            output=root / "output",
            state=root / "state",
            field_digests=field_digests,
        )


def test_nothing_is_rebuilt_from_a_file_that_is_not_what_was_sealed(root: Path) -> None:
    tear(root)
    with pytest.raises(LedgerError, match="manifest"):
        rebuilt(root)
    with pytest.raises(LedgerError, match="--rebuild"):
        open_ledger(root)


def test_there_must_be_a_ledger_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"), looking(tmp_path):
        pass


def test_the_status_says_how_it_stands(root: Path) -> None:
    with looking(root) as session:
        found = status(session)
    assert found["entries"] == {"emitted": 3}
    assert found["revisions"] == {"created": 3, "revised": 1}
    assert found["articles"] == 3
    assert found["gaps"] == []
    assert found["segments"] == {"articles": {"sealed": 2}, "feed": {"sealed": 2}, "links": {}}
    assert [run["reason"] for run in found["runs"]] == ["finished", "finished"]
