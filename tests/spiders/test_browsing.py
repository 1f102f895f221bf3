"""Feeds that only a script builds: real crawls with a real browser, and what becomes of them without one."""

import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scrapy.settings import Settings

from espreso_crawler.archive.members import members
from espreso_crawler.browser import HOW_TO_INSTALL, program
from tests.archive.pointers import assert_pointers_hold
from tests.archive.readers import files_of
from tests.crawls import LONGEST_CRAWL, Desk, page_requests
from tests.processes import children
from tests.site import DemoSite, Fault, running, small
from tests.tools import missing
from tests.waiting import wait_until

LINUX = sys.platform == "linux"


@pytest.fixture
def chromium() -> str:
    return program(Settings({"ESPRESO_BROWSER_PATH": None})) or missing(f"no browser is installed: {HOW_TO_INSTALL}")


@pytest.fixture
def no_chromium(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))


def home_page(demo: DemoSite) -> str:
    """Return the argument to begin with the page that has no other link to more news than the feed's own."""
    return f"start={demo.url}/"


def since(demo: DemoSite) -> datetime:
    return demo.site.clock.now() - timedelta(hours=8)


def expected(demo: DemoSite) -> list[str]:
    numbers = demo.site.numbers(since(demo), demo.site.clock.now())
    return sorted(str(demo.site.truth(number).entity_id) for number in numbers)


def found(desk: Desk) -> list[str]:
    return sorted(record["entity_id"] for record in desk.records())


def stats(desk: Desk) -> dict[str, int]:
    return desk.runs()[-1]["stats"]


def test_a_feed_built_by_script_is_pressed_down_to_since(chromium, desk: Desk):
    with running(small(layout="script_feed", tape_entries=10)) as demo:
        done = desk.crawl(home_page(demo), f"since={since(demo).isoformat()}")
        assert (done.exit_code, found(desk)) == (0, expected(demo)), done.log
        visits = demo.control.log()
    loaded = [visit.target for visit in visits if visit.target.startswith("/news-tape.json")]
    assert loaded == [f"/news-tape.json?page={page}" for page in range(1, len(loaded) + 1)]
    assert len(loaded) * 10 < len(found(desk)) + 20
    assert {visit.user_agent.partition("/")[0] for visit in visits} == {"espreso_crawler"}
    assert desk.runs()[-1]["gaps"] == []
    assert "Traceback" not in done.log


def test_a_button_below_a_served_feed_is_pressed_as_often_as_allowed_and_a_later_run_goes_on(chromium, desk: Desk):
    with running(small(layout="script_more", tape_entries=10)) as demo:
        oldest = since(demo).isoformat()
        done = desk.crawl(home_page(demo), f"since={oldest}", settings={"ESPRESO_BROWSER_PRESSES": "1"})
        (gap,) = desk.runs()[-1]["gaps"]
        assert (done.exit_code, gap["reason"], gap["detail"], len(found(desk))) == (0, "page_limit", "1 presses", 20)
        wanted = len(expected(demo)) + 15
        demo.control.publish(15)
        assert desk.crawl(home_page(demo)).exit_code == 0
        assert desk.runs()[-1]["gaps"] == []
        newest = range(demo.site.newest, demo.site.newest - len(found(desk)), -1)
        assert found(desk) == sorted(str(demo.site.truth(number).entity_id) for number in newest)
        assert len(newest) >= wanted


def test_the_browser_loads_only_what_can_build_a_feed_from_the_crawls_host_as_robots_allows(chromium, desk: Desk):
    with running(small(layout="nosy_script", robots="disallow", tape_entries=10)) as demo:
        demo.control.set_faults(
            Fault("redirect", path="/js/moved-off", location=demo.url.replace("127.0.0.1", "localhost") + "/js/off"),
            Fault("nonsense", path="/news-tape.json?page=2", size=100),
        )
        done = desk.crawl(home_page(demo), f"since={since(demo).isoformat()}")
        assert done.exit_code == 0, done.log
        visits = [visit for visit in demo.control.log() if visit.target in page_requests(demo)]
        article = [path for path in page_requests(demo) if path.count("-") > 2 and not path.startswith("/cdn-cgi")]
    assert {visit.host for visit in visits} == {demo.url.removeprefix("http://")}
    scripts = {visit.target for visit in visits if visit.target.startswith("/cdn-cgi/")}
    # A download that a page starts by itself passes no gate of the browser; it is cut off, and counted.
    known = {
        "/",
        "/news-tape.json?page=1",
        "/news-tape.json?page=2",
        "/js/moved-off",
        "/uploads/report.pdf",
        *scripts,
        *article,
    }
    assert {visit.target for visit in visits} == known
    assert len(desk.records()) == 10
    (gap,) = desk.runs()[-1]["gaps"]
    assert gap["reason"] == "unreadable"
    assert gap["detail"].startswith(f"{demo.url}/: pressing the button added nothing: a script broke off: ")
    assert gap["detail"] in done.log
    counts = {name.rpartition("/")[2]: n for name, n in stats(desk).items() if name.startswith("espreso/browser/")}
    assert {"host": 2, "robots": 1, "frame": 1, "window": 2, "download": 1}.items() <= counts.items()
    assert counts["requests"] == 4 + len(scripts)


def test_a_host_that_asks_the_browser_for_rest_gets_it(chromium, desk: Desk):
    with running(small(layout="script_feed", tape_entries=10)) as demo:
        fault = Fault("status", path="/news-tape.json?page=1", times=1, status=429, retry_after=3)
        demo.control.set_faults(fault)
        done = desk.crawl(f"start={demo.url}/,{demo.url}/news", settings={"CONCURRENT_REQUESTS": "1"})
        visits = demo.control.log()
    (refused,) = [visit.seconds for visit in visits if visit.status == 429]
    # What the page's other scripts ask for at the same moment is under way before the answer has arrived.
    after = [visit.seconds - refused for visit in visits if visit.seconds > refused and "/cdn-cgi/" not in visit.target]
    assert min(after) >= 3
    assert stats(desk)["espreso/host/pauses"] == 1
    assert (
        f"Start page {demo.url}/: the news feed is empty, also in the browser; {demo.url}/news-tape.json?page=1: HTTP 429"
        in done.log
    )
    assert (done.exit_code, len(found(desk))) == (3, 10)


def test_a_script_that_never_ends_costs_its_time_limit_and_the_start_page(chromium, desk: Desk):
    with running(small(layout="stuck_script", tape_entries=10)) as demo:
        done = desk.crawl(home_page(demo), settings={"ESPRESO_BROWSER_SECONDS": "3"})
    assert done.exit_code == 3
    assert f"Start page {demo.url}/: the browser was not done after 3 s" in done.log
    assert "Traceback" not in done.log


@pytest.mark.skipif(not LINUX, reason="reads the process table of Linux")
def test_a_browser_that_is_killed_is_a_failure_on_record(chromium, desk: Desk):
    with running(small(layout="script_feed", tape_entries=10)) as demo:
        page = "/news-tape.json?page=2"
        demo.control.set_faults(Fault("hold", path=page))
        process = desk.start(home_page(demo), f"since={since(demo).isoformat()}")
        wait_until(lambda: page in page_requests(demo) or process.poll() is not None, page)
        os.kill(browser_of(process.pid), signal.SIGKILL)
        _, log = process.communicate(timeout=LONGEST_CRAWL)
    assert (process.returncode, len(found(desk))) == (0, 10)
    assert "the page has crashed in the browser" in desk.runs()[-1]["gaps"][0]["detail"]
    assert b"Traceback" not in log


def browser_of(crawl: int) -> int:
    """Return the process of the browser itself: the first in line below a crawl and Playwright's driver."""
    below = [grandchild for child in children(crawl) for grandchild in children(child)]
    (browser,) = [process for process in below if "chrom" in Path(f"/proc/{process}/cmdline").read_text()]
    return browser


def test_a_page_without_news_in_the_browser_either_is_exit_code_3(chromium, desk: Desk):
    with running(small(layout="no_feed", tape_entries=10)) as demo:
        done = desk.crawl(home_page(demo))
    assert done.exit_code == 3
    assert f"Start page {demo.url}/: no news feed, neither by its markup nor by its shape" in done.log
    assert "Traceback" not in done.log


def test_an_article_to_begin_with_is_read_as_served_and_its_feed_in_the_browser(chromium, desk: Desk):
    with running(small(layout="script_feed", tape_entries=10)) as demo:
        old = demo.site.truth(demo.site.newest - 500, demo.url)
        kept = {"ESPRESO_ARCHIVE": str(desk.home / "archive")}
        assert desk.crawl(f"start={old.url}", "browser=always", "limit=1", settings=kept).exit_code == 0
    (record,) = [record for record in desk.records() if record["url"] == old.url]
    assert record["article_body"] == old.article_body
    assert len(desk.records()) == 2
    # The archive has the article as it was served, and the document as the browser had it.
    assert assert_pointers_hold(desk.home / "archive", desk.records()) == 2
    (file,) = files_of(desk.home / "archive")
    told = [
        json.loads(each.block)["rendered"] for each in members(file) if each.url == old.url and each.type == "metadata"
    ]
    assert sorted(told) == [False, True]
    served, built = (each for each in members(file) if each.url == old.url and each.type == "response")
    assert built.payload != served.payload


def test_without_a_browser_one_line_says_what_to_install(no_chromium, desk: Desk):
    with running(small(layout="script_feed", tape_entries=10)) as demo:
        done = desk.crawl(f"start={demo.url}/,{demo.url}/news")
    assert done.exit_code == 3
    told, again, last = [line for line in done.log.splitlines() if "no browser is installed" in line]
    assert told.endswith(f"/: no news feed without its scripts, and no browser is installed: {HOW_TO_INSTALL}")
    assert again.endswith("/news: no news feed without its scripts, and no browser is installed")
    assert last.startswith("scrapy crawl: ")  # a failed run ends with its reason


def test_a_browser_that_is_not_wanted_is_not_started(desk: Desk):
    with running(small(layout="script_more", tape_entries=10)) as demo:
        done = desk.crawl(home_page(demo), "browser=never", f"since={since(demo).isoformat()}")
        demo.control.set_layout("script_feed")
        again = desk.crawl(home_page(demo), "browser=never")
    (gap,) = desk.runs()[0]["gaps"]
    assert (done.exit_code, len(found(desk))) == (0, 10)
    assert (gap["reason"], gap["detail"]) == ("no_browser", "a browser is not wanted (browser=never)")
    assert again.exit_code == 3
    assert "no news feed without its scripts, and a browser is not wanted (browser=never)" in again.log


def test_always_without_a_browser_asks_for_nothing(no_chromium, demo: DemoSite, desk: Desk):
    done = desk.crawl(home_page(demo), "browser=always")
    assert (done.exit_code, demo.control.log()) == (1, [])
    assert done.log.strip().endswith(f"scrapy crawl: browser=always: no browser is installed: {HOW_TO_INSTALL}")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ESPRESO_BROWSER_PATH", "no-such-browser", "ESPRESO_BROWSER_PATH='no-such-browser': there is no such program"),
        ("ESPRESO_BROWSER_SECONDS", "0", "ESPRESO_BROWSER_SECONDS='0': give a number above 0"),
        ("ESPRESO_BROWSER_PRESSES", "many", "ESPRESO_BROWSER_PRESSES='many': give a whole number from 1 on"),
    ],
)
def test_a_wrong_setting_is_refused_at_once(name, value, reason, demo: DemoSite, desk: Desk):
    done = desk.crawl(home_page(demo), settings={name: value})
    assert (done.exit_code, demo.control.log()) == (1, [])
    assert done.log.strip().endswith(reason)
