"""Bad input to a crawl: a clear error, the right exit code, and nothing lost."""

from pathlib import Path

import pytest

from tests.crawls import Desk, page_requests, start
from tests.site import FEED, DemoSite, Fault, running, small
from tests.site.faults import FaultKind


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("edition=mars",), "edition='mars'"),
        (("since=yesterdayish",), "since='yesterdayish'"),
        (("since=2026-01-02", "until=2026-01-01"), "is not before until"),
        (("limit=0",), "limit='0'"),
        (("start=espreso.tv/news",), "begins with https://"),
        (
            ("satrt=https://espreso.tv/news",),
            "unknown argument 'satrt': give one of since, until, limit, start, edition",
        ),
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
    done = desk.crawl(spider="nope")
    assert (done.exit_code, done.log.strip()) == (
        2,
        "scrapy crawl: no spider 'nope': give one of archive, read_also, rss, sitemap",
    )


def test_a_wrong_setting_is_exit_code_1_and_leaves_no_run(desk: Desk):
    done = desk.crawl("start=http://127.0.0.1:9/news", settings={"ESPRESO_PAUSE_SECONDS": "-1"})
    assert done.exit_code == 1
    assert done.log.splitlines()[-1].startswith("scrapy crawl: ESPRESO_PAUSE_SECONDS")
    assert not (desk.home / "state").exists()


def test_a_start_page_without_news_is_exit_code_3(desk: Desk):
    with running(small(layout="no_feed")) as demo:
        done = desk.crawl(f"start={demo.url}/", "browser=never")  # the same on machines with a browser and without
    assert done.exit_code == 3
    assert f"Start page {demo.url}/: no news feed without its scripts, and a browser is not wanted" in done.log
    assert "Traceback" not in done.log


def test_a_host_that_does_not_answer_is_exit_code_3(desk: Desk):
    done = desk.crawl("start=http://127.0.0.1:9/news")
    assert done.exit_code == 3
    assert "Start page http://127.0.0.1:9/news" in done.log
    assert "Traceback" not in done.log


@pytest.mark.parametrize(("robots", "reason"), [("disallow", "Forbidden by robots.txt"), ("unavailable", "HTTP 503"),
                                                ("challenge", "robots.txt could not be read")])  # fmt: skip
def test_robots_txt_is_obeyed_also_when_it_cannot_be_read(robots, reason: str, desk: Desk):
    with running(small(robots=robots, disallow=("/news",))) as demo:
        done = desk.crawl(start(demo), settings={"RETRY_TIMES": "0"})
        assert page_requests(demo) == []
    assert done.exit_code == 3
    assert reason in done.log


BROKEN: dict[FaultKind, str] = {
    "cut": "the page is cut short",
    "short": "ResponseDataLoss",
    "empty": "the body is empty",
    "wrong_bytes": "neither UTF-8 nor",
    "nonsense": "bytes, more than",
    "status": "HTTP 503",
    "reset": "Connection",
}


def test_broken_article_pages_are_tried_again_by_the_next_run(ukrainian: DemoSite, desk: Desk):
    demo = ukrainian
    victims = {demo.site.truth(demo.site.newest - place, demo.url).url: kind for place, kind in enumerate(BROKEN)}
    demo.control.set_faults(*(Fault(kind, path=url.removeprefix(demo.url)) for url, kind in victims.items()))
    once = {"RETRY_TIMES": "0", "ESPRESO_BACKOFF_SECONDS": "0"}
    done = desk.crawl(start(demo), settings=once)
    assert done.exit_code == 0
    for url, kind in victims.items():
        lines = [line for line in done.log.splitlines() if url in line]
        assert len(lines) == 1, done.log
        assert BROKEN[kind] in lines[0]
    assert len(desk.records()) == FEED - len(BROKEN)
    demo.control.set_faults()
    desk.crawl(start(demo), settings=once)
    assert len({record["url"] for record in desk.records()}) == FEED


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
    assert desk.runs()[-1]["counts"]["entry"] == {"emitted": FEED - 1, "not_article": 1}


def test_an_output_folder_that_cannot_be_written_is_exit_code_4(demo: DemoSite, desk: Desk, tmp_path: Path):
    (tmp_path / "output").write_text("a file where the folder should be")
    done = desk.crawl(start(demo))
    assert done.exit_code == 4
    assert str(tmp_path / "output") in done.log
    assert "Traceback" not in done.log
    assert page_requests(demo) == []


def test_what_keeps_a_crawl_from_starting_is_in_the_log_file_too(desk: Desk, tmp_path: Path):
    log = tmp_path / "crawl.log"
    assert desk.crawl("limit=0", extra=("-s", f"LOG_FILE={log}")).exit_code == 2
    assert "CRITICAL: limit='0'" in log.read_text()
