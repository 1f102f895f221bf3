"""Crawls that keep an archive: every record points to its page, whatever happens to crawl and disk."""

import errno
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from scrapy import signals
from scrapy.crawler import Crawler

from espreso_crawler import settings
from espreso_crawler.archive.layout import unsealed
from espreso_crawler.archive.members import Member, members
from espreso_crawler.archive.warc_file import WarcFile
from espreso_crawler.items import Article
from tests.archive.pointers import assert_pointers_hold, page_at
from tests.archive.readers import files_of, read_by_both, warcio_accepts
from tests.crawls import Desk, hold, let_go, start, stopped, wait_for_requests
from tests.disks import small_disk
from tests.site import DemoSite, Fault, running, small

FEED = 12
KILLS = 2
"""In the suite; `python -m tests.archive.kills` kills more."""


@pytest.fixture(scope="module")
def packing() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED, is_compressed=True)) as demo:
        yield demo


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    given = {"ESPRESO_ARCHIVE": str(tmp_path / "archive"), "ESPRESO_BACKOFF_SECONDS": "0"}
    return Desk(tmp_path, settings=given)


def archive(desk: Desk) -> Path:
    return desk.home / "archive"


def answers(desk: Desk) -> list[Member]:
    return [each for path in files_of(archive(desk)) for each in members(path) if each.type in ("response", "revisit")]


def test_every_answer_is_kept_as_it_was_sent_and_every_record_points_to_its_page(packing: DemoSite, desk: Desk) -> None:
    packing.control.clear_log()
    done = desk.crawl(start(packing))
    assert done.exit_code == 0, done.log
    records = desk.records()
    assert assert_pointers_hold(archive(desk), records) == len(records) == FEED
    kept = answers(desk)
    asked = [visit.target for visit in packing.control.log()]
    assert sorted(each.url.removeprefix(packing.url) for each in kept) == sorted(asked)
    assert {"/robots.txt", "/.well-known/tdmrep.json", "/news"} <= set(asked)
    pages = [each for each in kept if each.status == 200 and each.url.endswith("/news")]
    assert [each.http_headers["content-encoding"] for each in pages] == ["gzip"]
    (path,) = files_of(archive(desk))
    assert warcio_accepts(path)
    assert read_by_both(path)
    (run,) = desk.runs()
    assert run["archive"] == {"files": 1, "kept": len(kept), "left_out": 0, "failed": 0, "error": None}
    told = [json.loads(each.block) for each in members(path) if each.type == "metadata"]
    assert {each["run_id"] for each in told} == {run["run_id"]}

    # A second crawl has a file of its own, and what it finds unchanged gets no second record.
    assert desk.crawl(start(packing)).exit_code == 0
    assert len(files_of(archive(desk))) == 2
    assert desk.records() == records


def test_a_crawl_without_it_keeps_nothing(packing: DemoSite, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.crawl(start(packing), "limit=1")
    assert not archive(desk).exists()
    assert desk.records()[0]["evidence"]["warc_file"] is None
    assert "archive" not in desk.runs()[0]


def test_redirects_and_refusals_are_kept_too(desk: Desk) -> None:
    with running(small(tape_entries=3)) as demo:
        gone, moved = (f"/{demo.site.brief(demo.site.newest - number).slug}" for number in (0, 1))
        home = Fault(path=moved, kind="redirect", location=f"{demo.url}/about")
        demo.control.set_faults(Fault(path=gone, kind="status", status=404), home)
        desk.crawl(start(demo))
        found = {(each.url.removeprefix(demo.url), each.status) for each in answers(desk)}
    assert {(gone, 404), (moved, 302)} <= found
    assert assert_pointers_hold(archive(desk), desk.records()) == len(desk.records()) > 0


@pytest.mark.parametrize(
    ("options", "mode", "is_kept"),
    [
        ({"tdmrep": '[{"location": "/*", "tdm-reservation": 1}]'}, "metadata", False),
        ({"tdmrep": '[{"location": "/*", "tdm-reservation": 1}]'}, "flag", True),
        ({"robots_tag": "noarchive"}, "metadata", False),
        ({"robots_tag": "noindex"}, "metadata", True),
    ],
)
def test_a_page_that_asks_not_to_be_kept_is_not(desk: Desk, options: dict[str, str], mode: str, is_kept: bool) -> None:
    with running(small(tape_entries=2, **options)) as demo:
        desk.crawl(start(demo), settings={"ESPRESO_OPT_OUT": mode})
        articles = {record["url"] for record in desk.records()}
        assert len(articles) == 2
        assert {each.url for each in answers(desk)} & articles == (articles if is_kept else set())
    assert desk.runs()[0]["archive"]["left_out"] == (0 if is_kept else 2)
    assert assert_pointers_hold(archive(desk), desk.records()) == (2 if is_kept else 0)


@pytest.mark.parametrize(
    ("options", "is_kept"),
    [
        ({"robots_tag": "noarchive"}, False),
        ({"tdmrep": '[{"location": "/*", "tdm-reservation": 1}]'}, False),
        ({"robots_tag": "noindex"}, True),
    ],
)
def test_a_page_without_an_article_is_asked_too(desk: Desk, options: dict[str, str], is_kept: bool) -> None:
    with running(small(tape_entries=4, **options)) as demo:
        cut, moved = (f"/{entry.brief.slug}" for entry in demo.site.entries(0, 2))
        demo.control.set_faults(
            Fault(path=cut, kind="cut"),
            Fault(path=moved, kind="redirect", location=f"{demo.url}/news?page=2"),
        )
        desk.crawl(start(demo), settings={"ESPRESO_OPT_OUT": "metadata"})
        kept = {each.url.removeprefix(demo.url) for each in answers(desk) if each.status == 200}
    assert len(desk.records()) == 2
    assert kept & {cut, "/news?page=2"} == ({cut, "/news?page=2"} if is_kept else set())


def test_a_page_looked_at_again_has_its_own_capture(desk: Desk) -> None:
    with running(small(tape_entries=3)) as demo:
        desk.now = demo.site.clock.now()
        desk.crawl(start(demo))
        demo.control.update(demo.site.newest)
        demo.control.advance(60 * 24 * 2)
        desk.now = demo.site.clock.now()
        desk.crawl(start(demo))
        revised = [record for record in desk.records() if record["event"] == "revised"]
        assert len(revised) == 1
        assert assert_pointers_hold(archive(desk), desk.records()) == len(desk.records())
        first = next(record for record in desk.records() if record["id"] == revised[0]["id"])
        assert page_at(archive(desk), first["evidence"])[1] != page_at(archive(desk), revised[0]["evidence"])[1]


class RaisesTheVersion:
    """Pipeline that says of every article that another extractor read it."""

    def process_item(self, item: Article) -> Article:
        item.extractor_version = "999"
        return item


def test_a_new_extractor_that_reads_the_same_emits_nothing(desk: Desk) -> None:
    pipelines = {**settings.ITEM_PIPELINES, f"{__name__}.RaisesTheVersion": 100}
    with running(small(tape_entries=3)) as demo:
        desk.now = demo.site.clock.now()
        desk.crawl(start(demo))
        records = desk.records()
        demo.control.advance(60 * 24 * 2)
        desk.now = demo.site.clock.now()
        done = desk.crawl(start(demo), "limit=3", settings={"ITEM_PIPELINES": json.dumps(pipelines)})
        assert done.exit_code == 0, done.log
    again = [record for record in desk.records() if record["id"] in {each["id"] for each in records}]
    assert (again, len(records)) == (records, 3)
    assert desk.runs()[-1]["stats"]["espreso/baseline"] == 3


def test_a_killed_crawl_leaves_readable_files_and_no_pointer_without_its_record(desk: Desk) -> None:
    with running(small(tape_entries=FEED, is_compressed=True)) as demo:
        for number in range(KILLS):
            hold(demo, after=3 + number)
            kill_a_crawl(demo, desk, requests=5 + number)
        let_go(demo)
        assert desk.crawl(start(demo)).exit_code == 0
    assert list(unsealed(archive(desk))) == []
    assert_archive_is_whole(desk)
    assert len(desk.records()) == FEED


def kill_a_crawl(demo: DemoSite, desk: Desk, *, requests: int, seconds: float = 0) -> None:
    """Kill a crawl that has made so many requests."""
    demo.control.clear_log()
    process = desk.start(start(demo), settings={"ESPRESO_SEAL_SECONDS": "0.1"})
    wait_for_requests(demo, requests, process)
    time.sleep(seconds)
    stopped(process, signal.SIGKILL)


def assert_archive_is_whole(desk: Desk) -> None:
    """Let other readers read every file, and follow every pointer."""
    for path in files_of(archive(desk)):
        assert warcio_accepts(path), path
        assert read_by_both(path)
    records = desk.records()
    assert assert_pointers_hold(archive(desk), records) == len(records)


def test_a_full_disk_costs_pointers_but_no_article(packing: DemoSite, desk: Desk) -> None:
    archive(desk).mkdir()
    with small_disk(archive(desk), "80k"):
        done = desk.crawl(start(packing))
        assert done.exit_code == 4, done.log
        assert "No space left on device" in done.log
        assert "Traceback" not in done.log
        records = desk.records()
        assert len(records) == FEED
        assert 0 < assert_pointers_hold(archive(desk), records) < FEED
        (run,) = desk.runs()
        assert run["exit_code"] == 4
        assert (failed := run["archive"]["failed"]) > 0
        assert f"Not kept in the archive: {failed} answer" in done.log
        assert "No space left on device" in run["archive"]["error"]
        for path in files_of(archive(desk)):
            assert read_by_both(path)


class FailingArchive:
    """Extension that lets every fsync fail once the crawl has begun."""

    def __init__(self, crawler: Crawler) -> None:
        crawler.signals.connect(self.spider_opened, signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def spider_opened(self) -> None:
        def failing(_file: WarcFile) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        setattr(WarcFile, "sync", failing)  # noqa: B010  # in the crawl's own process


def test_what_cannot_be_made_durable_is_not_committed(packing: DemoSite, desk: Desk) -> None:
    extensions = {**settings.EXTENSIONS, f"{__name__}.FailingArchive": 50}
    done = desk.crawl(start(packing), settings={"EXTENSIONS": json.dumps(extensions)})
    assert done.exit_code == 4, done.log
    assert desk.records() == []
    assert desk.crawl(start(packing)).exit_code == 0
    assert_archive_is_whole(desk)
    assert len(desk.records()) == FEED


def test_a_damaged_archive_costs_no_article_and_no_page(packing: DemoSite, desk: Desk) -> None:
    month = archive(desk) / "2026-11"
    month.mkdir(parents=True)
    (month / "20261101T000000Z-00000000-0001.warc.gz").write_bytes(b"cut")
    (month / "20261101T000000Z-00000001-0001.warc.gz.open").mkdir()
    (month / "theirs.warc.gz.open").write_bytes(b"theirs")
    (archive(desk) / "forgetting.json").write_bytes(b'["espreso')
    done = desk.crawl(start(packing))
    assert done.exit_code == 4, done.log
    assert "20261101T000000Z-00000001-0001.warc.gz.open: Is a directory" in done.log
    assert "forgetting.json: not the list of addresses" in done.log
    assert "Traceback" not in done.log
    (run,) = desk.runs()
    assert (run["archive"]["failed"], "Not kept in the archive" in done.log) == (0, False)
    assert "forgetting.json" in run["archive"]["error"]
    assert assert_pointers_hold(archive(desk), desk.records()) == len(desk.records()) == FEED
    assert (month / "theirs.warc.gz.open").read_bytes() == b"theirs"
