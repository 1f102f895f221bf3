"""Which lines an export holds, in which order, and what it adds to them."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export.later import tags_path
from espreso_crawler.export.source import Row, Source
from tests.export.sealed import article, ended, lines, seal

VERSION = "sha256:" + "ab" * 32


def rows(output: Path, what: str = "latest", **options) -> list[Row]:
    return list(Source(output, what, **options).rows())  # type: ignore[arg-type]


def named(output: Path, what: str = "latest", **options) -> list[tuple[str, int]]:
    return [(row.record["id"], row.record["revision"]) for row in rows(output, what, **options)]


def test_latest_is_the_newest_revision_whatever_the_order_of_the_lines(tmp_path):
    seal(tmp_path, article(revision=2), article(id="global:7"), number=1)
    seal(tmp_path, article(revision=1), number=2, day="2026-11-23")
    assert sorted(named(tmp_path)) == [("global:1001", 2), ("global:7", 1)]


@pytest.mark.parametrize("event", ["removed", "erased"])
def test_latest_leaves_out_what_has_ended(tmp_path, event):
    seal(tmp_path, article(), ended(event, revision=2), article(id="global:7"))
    assert named(tmp_path) == [("global:7", 1)]
    assert len(named(tmp_path, "revisions")) == 3


def test_a_retraction_uncovers_the_revision_before_or_nothing(tmp_path):
    seal(tmp_path, article(), article(revision=2), ended("retracted", revision=3, retracts=[2]))
    seal(tmp_path, article(id="global:7"), ended("retracted", id="global:7", revision=2, retracts=[1]), number=2)
    assert named(tmp_path) == [("global:1001", 1)]


def test_rows_come_by_day_and_time_of_publication(tmp_path):
    at = ["2026-11-02T23:30:00+02:00", "2026-11-02T08:00:00+02:00", "2026-10-25T03:10:00+02:00", None]
    days = ["2026-11-02", "2026-11-02", "2026-10-25", "2026-10-25"]
    given = [
        article(id=f"global:{number}", date_published=time, date_published_day=day)
        for number, time, day in zip(count(1), at, days, strict=False)
    ]
    seal(tmp_path, *given)
    assert [(row.day[5:], row.record["entity_id"], row.record["id"]) for row in rows(tmp_path)] == [
        ("10-25", "1001", "global:4"),  # its day is all that is known
        ("10-25", "1001", "global:3"),
        ("11-02", "1001", "global:2"),
        ("11-02", "1001", "global:1"),
    ]
    assert [name for name, _ in named(tmp_path, newest_first=True)] == [f"global:{number}" for number in (1, 2, 3, 4)]


def test_since_is_of_publication_and_for_the_feed_of_seeing(tmp_path):
    seal(tmp_path, article(), article(id="global:7", date_published="2024-11-02T11:36:00+02:00"))
    since = datetime(2024, 11, 2, 9, 37, tzinfo=UTC)
    assert named(tmp_path, since=since) == [("global:1001", 1)]
    seen = ["2024-11-02T09:36:59Z", "2024-11-02T09:37:00Z"]
    seal(tmp_path, *({"url": at, "seen_at": at} for at in seen), stream="feed")
    assert [row.record["url"] for row in rows(tmp_path, "feed", since=since)] == seen[1:]


def test_what_is_not_changed_has_the_sealed_bytes(tmp_path):
    file = seal(tmp_path, article(), article(id="global:7"))
    assert b"".join(row.line for row in rows(tmp_path)) == file.read_bytes()
    assert b"".join(row.line for row in rows(tmp_path, "revisions")) == file.read_bytes()


def test_links_and_tags_written_later_are_applied_to_latest_only(tmp_path):
    known = article(id="global:9", near_duplicate_of="global:1", similarity=0.9)
    seal(tmp_path, article(), known)
    links = [{"id": each, "near_duplicate_of": "global:5", "similarity": 0.75} for each in ("global:1001", "global:9")]
    seal(tmp_path, *links, stream="links")
    later = {"vocabulary_version": VERSION, "tags": [], "cited_agencies": ["UNIAN"]}
    (tmp_path / "tags").mkdir()
    tags_path(tmp_path, VERSION).write_bytes(lines([{"id": "global:1001", "revision": 1, **later}]))

    first, second = rows(tmp_path, vocabulary_version=lambda: VERSION)
    assert first.record == article(near_duplicate_of="global:5", similarity=0.75, **later)
    assert second.record == known
    assert [row.record for row in rows(tmp_path, "revisions")] == [article(), known]
    # Tags by other vocabularies than today's say nothing.
    assert rows(tmp_path, vocabulary_version=lambda: "sha256:00")[0].record["cited_agencies"] == ["Reuters"]


def test_a_line_that_stands_twice_while_its_file_is_rewritten_is_exported_once(tmp_path):
    seal(tmp_path, article(), number=1)
    seal(tmp_path, article(), number=2)
    assert named(tmp_path, "revisions") == [("global:1001", 1)]


def test_a_file_that_is_rewritten_meanwhile_ends_the_export(tmp_path):
    first, second = seal(tmp_path, article(), number=1), seal(tmp_path, article(id="global:7"), number=2)
    reading = Source(tmp_path, "latest").rows()
    next(reading)
    second.unlink()
    with pytest.raises(LedgerError, match=f"{second}: .*export again"):
        list(reading)
    assert first.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b'{"id": "a\n', "byte 0.*scrapy ledger reconcile"), (lines([article(schema_version="2.0")]), "format 2.0")],
)
def test_a_line_that_is_no_record_is_named(tmp_path, line, reason):
    file = seal(tmp_path)
    file.write_bytes(line)
    with pytest.raises(LedgerError, match=f"{file}.*{reason}"):
        rows(tmp_path)


def test_without_an_output_folder_there_is_nothing_to_export(tmp_path):
    with pytest.raises(LedgerError, match="there is no output folder"):
        rows(tmp_path / "output")
