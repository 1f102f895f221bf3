"""The spider against the demo site: real crawls, with the real settings but for the delay."""

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.demo_site import DemoSite, Fault, SiteOptions, running
from tests.crawls import Desk, stopped

PAGE = 20_000  # bytes: small pages, fast tests


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def ukrainian() -> Iterator[DemoSite]:
    with running(SiteOptions(language="uk", page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def start(demo: DemoSite) -> str:
    return f"start={demo.url}/news"


def hours_ago(demo: DemoSite, hours: int) -> str:
    return (demo.site.clock.now() - timedelta(hours=hours)).isoformat()


def wait_for_requests(demo: DemoSite, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a crawl has asked for so many pages; a crawl that ended before that is a failure."""
    while len(demo.control.log()) < count:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def page_requests(demo: DemoSite) -> list[str]:
    return [visit.target for visit in demo.control.log() if visit.target != "/robots.txt"]


@pytest.mark.parametrize("language", ["en", "uk"])
def test_every_field_of_the_first_pages_feed_is_true(language, desk: Desk):
    with running(SiteOptions(language=language, page_bytes=PAGE)) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        records = desk.records()
        newest = demo.site.newest
        truths = {truth.url: truth for truth in (demo.site.truth(newest - n, demo.url) for n in range(40))}
        assert {record["url"] for record in records} == truths.keys()
        assert len(page_requests(demo)) == 41  # the start page and each article once
    for record in records:
        truth = truths[record["url"]]
        for name in ("headline", "alternative_headline", "article_body", "author_note", "content_kind"):
            assert record[name] == getattr(truth, name), (record["url"], name)
        assert record["description"] == truth.description
        for name in ("date_published", "date_modified"):
            assert record[name] == getattr(truth, name).isoformat(), (record["url"], name)
        for name in ("authors", "keywords"):
            assert [(part["name"], part["url"]) for part in record[name]] == [
                (part.name, part.url) for part in getattr(truth, name)
            ], (record["url"], name)
        for name in ("links",):
            assert [(part["text"], part["url"]) for part in record[name]] == [
                (part.name, part.url) for part in truth.links
            ], (record["url"], name)
        assert record["feed"]["published_at"] == truth.feed_time.isoformat()
        assert record["is_sponsored"] == truth.is_sponsored
        assert (record["event"], record["revision"], record["entity_id"]) == (
            "created",
            1,
            str(truth.entity_id),
        )


def test_a_second_crawl_of_an_unchanged_site_asks_twice_and_emits_nothing(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo))
    before = desk.files()
    demo.control.clear_log()
    assert desk.crawl(start(demo)).exit_code == 0
    assert desk.files() == before
    assert len(demo.control.log()) == 2  # robots.txt and the start page
    assert desk.runs()[-1]["counts"].get("entry") is None


def test_a_changed_text_is_one_revision(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo))
    number = demo.site.newest - 3
    demo.control.advance(1)
    demo.control.update(number, "text")
    assert desk.crawl(start(demo)).exit_code == 0
    revised = [record for record in desk.records() if record["event"] != "created"]
    assert len(revised) == 1
    (record,) = revised
    assert (record["event"], record["revision"], record["changes"]) == ("revised", 2, ["article_body"])
    assert (record["change_kind"], record["silent"]) == ("text", False)
    assert record["entity_id"] == str(demo.site.truth(number).entity_id)
    assert record["article_body"] == demo.site.truth(number, demo.url).article_body


def test_since_takes_exactly_that_span_at_about_one_request_an_article(demo: DemoSite, desk: Desk):
    since = demo.site.clock.now() - timedelta(hours=60)
    assert desk.crawl(start(demo), f"since={since.isoformat()}").exit_code == 0
    numbers = demo.site.numbers(since, demo.site.clock.now())
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(
        str(demo.site.truth(number).entity_id) for number in numbers
    )
    assert len(page_requests(demo)) <= 1.1 * len(numbers)
    assert desk.runs()[-1]["gaps"] == []


def test_until_leaves_out_what_is_newer(demo: DemoSite, desk: Desk):
    since, until = (demo.site.clock.now() - timedelta(hours=hours) for hours in (20, 10))
    desk.crawl(start(demo), f"since={since.isoformat()}", f"until={until.isoformat()}")
    expected = [n for n in demo.site.numbers(since, until) if demo.site.truth(n).date_published < until]
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(
        str(demo.site.truth(number).entity_id) for number in expected
    )


def test_what_a_limit_leaves_over_is_taken_by_the_next_run(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo), "limit=7")
    assert len(desk.records()) == 7
    desk.crawl(start(demo))
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 40


def test_articles_published_during_the_crawl_are_found(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, latency=0.05)) as demo:
        process = desk.start(start(demo))
        wait_for_requests(demo, 8, process)
        newest = demo.site.newest
        demo.control.publish(3)
        process.communicate(timeout=60)
        assert process.returncode == 0
        found = {record["entity_id"] for record in desk.records()}
        assert {str(demo.site.truth(number).entity_id) for number in range(newest + 1, newest + 4)} <= found
        assert len([path for path in page_requests(demo) if path.partition("?")[0] == "/news"]) == 1


def test_a_start_page_that_is_an_article_is_emitted_too(demo: DemoSite, desk: Desk):
    old = demo.site.truth(demo.site.newest - 500, demo.url)
    assert desk.crawl(f"start={old.url}?amp").exit_code == 0
    assert old.url in {record["url"] for record in desk.records()}
    assert len(desk.records()) == 41
    assert not any("amp" in path for path in page_requests(demo))


def test_two_addresses_of_one_article_are_one(demo: DemoSite, desk: Desk):
    truths = (demo.site.truth(demo.site.newest - n, demo.url) for n in range(2000))
    both = next(truth for truth in truths if truth.alias_url)
    desk.crawl(f"start={both.url}")
    desk.crawl(f"start={both.alias_url}")
    assert Counter(record["id"] for record in desk.records())[f"127.0.0.1:{both.entity_id}"] == 1


def test_a_renamed_layout_does_not_stop_the_crawl_nor_spoil_a_row(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, layout="renamed")) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        records = {record["entity_id"]: record for record in desk.records()}
        newest = demo.site.newest
        assert len(records) == 40
        for number in range(newest - 39, newest + 1):
            truth = demo.site.truth(number, demo.url)
            record = records[str(truth.entity_id)]
            assert record["headline"] == truth.headline
            assert record["date_published"] == truth.date_published.isoformat()
            assert record["article_body"] == truth.article_body, truth.url
    stats = desk.runs()[-1]["stats"]
    assert stats["espreso/feed/read/structure"] == 41
    assert stats["espreso/selector/article_body/structure"] == 40


def test_export_options_write_the_same_bytes_as_the_sealed_file(demo: DemoSite, desk: Desk, tmp_path: Path):
    copy = tmp_path / "copy.jsonl"
    desk.crawl(start(demo), extra=["-O", str(copy)])
    sealed = b"".join(path.read_bytes() for path in desk.files())
    assert sorted(copy.read_bytes().splitlines()) == sorted(sealed.splitlines())


def test_stdout_holds_the_records_and_nothing_else(demo: DemoSite, desk: Desk):
    done = desk.crawl(start(demo), "limit=3", extra=["-O", "-:jsonlines"])
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["created"] * 3


def test_a_crawl_without_memory_emits_again(demo: DemoSite, desk: Desk, tmp_path: Path):
    for run in range(2):
        copy = tmp_path / f"{run}.jsonl"
        done = desk.crawl(
            start(demo), "limit=5", settings={"ESPRESO_LEDGER": "none"}, extra=["-O", str(copy)]
        )
        assert done.exit_code == 0
        assert len(copy.read_bytes().splitlines()) == 5
    assert not (tmp_path / "state" / "ledger.sqlite3").exists()
    assert desk.files() == []
    apart = list((tmp_path / "output" / "without-ledger").glob("*/articles/*/*.jsonl"))
    assert sum(len(path.read_bytes().splitlines()) for path in apart) == 10


def test_a_signal_ends_the_crawl_honestly_and_loses_nothing(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, latency=0.1)) as demo:
        process = desk.start(start(demo))
        wait_for_requests(demo, 12, process)
        done = stopped(process, signal.SIGTERM)
        assert done.exit_code == 143, done.log
        assert 0 < len(desk.records()) < 40
        assert desk.crawl(start(demo)).exit_code == 0
        assert Counter(record["url"] for record in desk.records()).most_common(1)[0][1] == 1
        assert len(desk.records()) == 40


# --- Bad input: a clear error, the right exit code, nothing lost -------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("edition=mars",), "edition='mars'"),
        (("since=yesterdayish",), "since='yesterdayish'"),
        (("since=2026-01-02", "until=2026-01-01"), "is not before until"),
        (("limit=0",), "limit='0'"),
        (("start=espreso.tv/news",), "begins with https://"),
        (("satrt=https://espreso.tv/news",), "unknown argument 'satrt': known are start, edition"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_exit_code_2(arguments, named: str, desk: Desk, tmp_path: Path):
    done = desk.crawl(*arguments)
    assert done.exit_code == 2
    (line,) = done.log.strip().splitlines()
    assert line.startswith("scrapy crawl: ")
    assert named in line
    assert not (tmp_path / "state").exists()


def test_an_unknown_spider_is_exit_code_2(desk: Desk):
    command = ["nope" if part == "read_also" else part for part in desk.command((), None, ())]
    desk.command = lambda *_: command  # type: ignore[method-assign]
    done = desk.crawl()
    assert (done.exit_code, done.log.strip()) == (2, "scrapy crawl: no spider 'nope': there are read_also")


def test_a_start_page_without_news_is_exit_code_3(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, layout="no_feed")) as demo:
        done = desk.crawl(f"start={demo.url}/")
    assert done.exit_code == 3
    assert f"Start page {demo.url}/: no news feed, neither by its markup nor by its shape" in done.log
    assert "Traceback" not in done.log


def test_a_host_that_does_not_answer_is_exit_code_3(desk: Desk):
    done = desk.crawl("start=http://127.0.0.1:9/news")
    assert done.exit_code == 3
    assert "Start page http://127.0.0.1:9/news" in done.log
    assert "Traceback" not in done.log


@pytest.mark.parametrize(("robots", "reason"), [("disallow", "Forbidden by robots.txt"), ("unavailable", "HTTP 503"),
                                                ("challenge", "robots.txt could not be read")])  # fmt: skip
def test_robots_txt_is_obeyed_also_when_it_cannot_be_read(robots, reason: str, desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, robots=robots, disallow=("/news",))) as demo:
        done = desk.crawl(start(demo), settings={"RETRY_TIMES": "0"})
        assert page_requests(demo) == []
    assert done.exit_code == 3
    assert reason in done.log


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("cut", "the page is cut short"),
        ("short", "ResponseDataLoss"),
        ("empty", "the body is empty"),
        ("wrong_bytes", "neither UTF-8 nor"),
        ("nonsense", "the page is cut short"),
        ("status", "HTTP 503"),
        ("reset", "Connection"),
    ],
)
def test_a_broken_article_page_is_tried_again_by_the_next_run(
    kind, reason: str, ukrainian: DemoSite, desk: Desk
):
    demo = ukrainian
    victim = demo.site.truth(demo.site.newest - 5, demo.url)
    demo.control.set_faults(Fault(kind, path=victim.url.removeprefix(demo.url)))
    once = {"RETRY_TIMES": "0", "ESPRESO_BACKOFF_SECONDS": "0"}
    done = desk.crawl(start(demo), settings=once)
    assert done.exit_code == 0
    lines = [line for line in done.log.splitlines() if victim.url in line]
    assert len(lines) == 1, done.log
    assert reason in lines[0]
    assert len(desk.records()) == 39
    demo.control.set_faults()
    desk.crawl(start(demo), settings=once)
    assert len({record["url"] for record in desk.records()}) == 40


def test_a_wrong_charset_in_the_header_does_no_harm(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("wrong_charset"))
    assert desk.crawl(start(demo), "limit=3").exit_code == 0
    for record in desk.records():
        assert "\ufffd" not in record["article_body"]
    assert len(desk.records()) == 3


def test_tag_and_error_pages_served_as_200_are_no_articles(demo: DemoSite, desk: Desk):
    victim = demo.site.truth(demo.site.newest - 5, demo.url)
    demo.control.set_faults(Fault("error_page", path=victim.url.removeprefix(demo.url)))
    assert desk.crawl(start(demo)).exit_code == 0
    assert victim.url not in {record["url"] for record in desk.records()}
    assert desk.runs()[-1]["counts"]["entry"] == {"emitted": 39, "not_article": 1}


def test_an_output_folder_that_cannot_be_written_is_exit_code_4(demo: DemoSite, desk: Desk, tmp_path: Path):
    (tmp_path / "output").write_text("a file where the folder should be")
    done = desk.crawl(start(demo))
    assert done.exit_code == 4
    assert str(tmp_path / "output") in done.log
    assert "Traceback" not in done.log
    assert page_requests(demo) == []


def test_a_full_disk_is_exit_code_4_and_loses_nothing(demo: DemoSite, tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        desk = Desk(disk)
        done = desk.crawl(start(demo))
        assert done.exit_code == 4
        assert "Traceback" not in done.log, done.log
        written = {record["url"] for record in desk.records()}
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert desk.crawl(start(demo)).exit_code == 0
        records = desk.records()
        assert written <= {record["url"] for record in records}
        assert len({record["url"] for record in records}) == len(records) == 40
    finally:
        subprocess.run(["umount", str(disk)], check=True)
