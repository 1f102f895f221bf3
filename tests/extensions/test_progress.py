"""What a person sees of a crawl: in a terminal of 80 columns, in a pipe, in a log file, with nobody there."""

import json
import re
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler import settings
from espreso_crawler.extensions.progress import ProgressExtension
from tests.crawls import Desk, ended, hold, let_go, start, wait_for_requests
from tests.forked import CLOSED, UNFLUSHED, Streams
from tests.site import FEED, DemoSite, Fault, running, small
from tests.terminals import COLUMNS, CrawlTerminal, Terminal
from tests.waiting import wait_until

SMALL = 8
"""Articles of a feed whose crawl nobody watches."""
ESCAPE = b"\x1b["
COLOUR = re.compile(rb"\x1b\[[\d;]*(?:3[0-7]|9[0-7])m")
FIGURES = "seen  fetched  written  revised  unchanged  failed  held"
CHATTER = ("scrapy.utils.log", "scrapy.core.engine", "scrapy.extensions.logstats", "scrapy.statscollectors")


class Hasty(ProgressExtension):
    """Writes a line each half second."""

    line_seconds = 0.4


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small(tape_entries=SMALL)) as site:
        yield site


@pytest.fixture
def slow() -> Iterator[DemoSite]:
    """Run a site that takes some seconds for a crawl."""
    with running(small(latency=0.3)) as site:
        yield site


def terminal(desk: Desk, demo: DemoSite, environment: Mapping[str, str] | None = None, **given: str) -> Terminal:
    return CrawlTerminal(desk.given([start(demo)], given, (), "read_also"), environment)


def test_without_a_terminal_a_crawl_is_a_table_and_one_that_finds_nothing_is_a_line(desk: Desk, demo: DemoSite):
    first, second = desk.crawl(start(demo)), desk.crawl(start(demo))
    (file,) = desk.files()
    table = first.log[first.log.index("read_also is over\n") :].splitlines()
    assert [row.split()[0] for row in table[1:]] == ["run", "asked", "seen", "written", "where", "to"]
    assert {f"  written    {SMALL} articles: {SMALL} created", f"  where      {file}"} <= set(table)
    (line,) = second.log.splitlines()
    assert f": nothing new: {SMALL} entries seen, 2 pages in " in line
    assert ESCAPE.decode() not in first.log + second.log
    assert [name for name in CHATTER if name in first.log + second.log] == []


def test_debug_and_settings_bring_scrapys_own_lines_back(desk: Desk, demo: DemoSite):
    debug = desk.crawl(start(demo), settings={"LOG_LEVEL": "DEBUG"}).log
    assert {name for name in CHATTER if name in debug} == {*CHATTER} - {"scrapy.extensions.logstats"}
    asked = desk.crawl(start(demo), settings={"STATS_DUMP": "True", "LOGSTATS_INTERVAL": "60"}).log
    assert ("Dumping Scrapy stats" in asked, "Crawled 0 pages" in asked) == (True, True)


@pytest.mark.parametrize(("mode", "is_told"), [("auto", True), ("off", False)])
def test_without_a_terminal_a_line_tells_each_minute_how_far_it_is(
    desk: Desk, slow: DemoSite, mode: str, is_told: bool
):
    own = "espreso_crawler.extensions.progress.ProgressExtension"
    changed = {**settings.EXTENSIONS, own: None, f"{__name__}.Hasty": 14}
    hold(slow, after=SMALL)
    crawl = desk.start(start(slow), settings={"EXTENSIONS": json.dumps(changed), "ESPRESO_PROGRESS": mode})

    def lines() -> list[str]:
        told = rf"Progress: seen {FEED}, fetched \d+, written \d+, .*; \d+ pages a minute, \d+ under way"
        return re.findall(told, crawl.log)

    wait_for_requests(slow, SMALL, crawl)
    if is_told:
        wait_until(lambda: len(lines()) > 2, "its lines")
    else:
        time.sleep(3 * Hasty.line_seconds)
    let_go(slow)
    done = ended(crawl)
    assert is_told or not lines(), done.log
    assert "read_also is over" in done.log


def test_in_a_terminal_figures_stand_below_the_log_and_lines_stay_whole(desk: Desk, slow: DemoSite):
    slow.control.set_faults(Fault("status", after=12, times=1, status=429, retry_after=4))
    host = slow.url[7:]
    seen = terminal(desk, slow, ESPRESO_PROGRESS="auto")
    seen.until(lambda seen: re.search(rf"waiting for {host} until \d\d:\d\d:\d\d: HTTP 429", seen.text))
    lines = [line for line in seen.lines if line]
    at = next(number for number, line in enumerate(lines) if line == FIGURES)
    assert lines[at - 1].startswith(f"read_also: {host}")
    assert lines[at + 1].split()[0] == str(FEED)
    assert re.fullmatch(r"\d+ pages a minute, \d+ under way(, \d+ in check)?", lines[at + 2])
    seen.ended()
    assert (seen.exit_code, seen.has_cursor, FIGURES in seen.text) == (0, True, False)
    whole = "".join(seen.text.split())  # the terminal wraps long lines wherever column 80 is
    assert re.search(rf"extensions\.manners\]INFO:{host}:HTTP429;apauseof4\.0s2", whole), seen.text
    assert "read_also is over\n  run " in seen.text
    assert seen.text.count("read_also is over") == 1
    assert max(map(len, seen.lines)) <= COLUMNS


def test_a_walk_back_says_how_far_it_is_and_ctrl_c_ends_with_the_table(desk: Desk, slow: DemoSite):
    since = slow.site.clock.now() - timedelta(days=10)
    seen = CrawlTerminal(desk.given([start(slow), f"since={since.isoformat()}"], None, (), "read_also"))
    seen.until(lambda seen: re.search(rf"^{slow.url[7:]} back to 2\S+ \d\d:\d\d UTC, \d+%$", seen.text, re.MULTILINE))
    seen.send(signal.SIGINT)
    seen.ended()
    assert (seen.exit_code, FIGURES in seen.text) == (130, False)
    assert re.search(r"run +\S+: shutdown after .*, exit code 130\n", seen.text), seen.text
    assert re.search(r"left over +\d+ entries, for the next crawl to fetch", seen.text)


def test_a_kill_leaves_the_terminal_as_it_was(desk: Desk, slow: DemoSite):
    seen = terminal(desk, slow).until(lambda seen: FIGURES in seen.text)
    seen.send(signal.SIGKILL)
    assert seen.ended().has_cursor


def test_without_colour_there_is_none(desk: Desk, slow: DemoSite):
    seen = []
    for environment in ({}, {"NO_COLOR": "1"}):
        seen.append(terminal(desk, slow, environment).until(lambda seen: FIGURES in seen.text).ended())
        slow.control.publish(FEED)
    assert [bool(COLOUR.search(each.bytes)) for each in seen] == [True, False]


@pytest.mark.parametrize(("environment", "given"), [({"TERM": "dumb"}, {}), ({}, {"ESPRESO_PROGRESS": "off"})])
def test_a_terminal_that_cannot_and_a_person_who_does_not_want_to_get_plain_lines(
    desk: Desk, demo: DemoSite, environment: dict[str, str], given: dict[str, str]
):
    seen = terminal(desk, demo, environment, **given).ended()
    assert (ESCAPE in seen.bytes, "read_also is over" in seen.text) == (False, True)


def test_with_a_log_file_the_terminal_has_the_figures_and_the_table(desk: Desk, slow: DemoSite):
    log = desk.home / "crawl.log"
    seen = terminal(desk, slow, LOG_FILE=str(log)).until(lambda seen: FIGURES in seen.text).ended()
    assert seen.text.startswith("read_also is over\n")
    assert "read_also is over\n" in log.read_text()
    assert ESCAPE not in log.read_bytes()


@pytest.mark.parametrize(
    "streams",
    [Streams(stderr=CLOSED), Streams(stdout=CLOSED, stderr=CLOSED), Streams(stderr="/dev/full")],
    ids=["no stderr", "no output at all", "full"],
)
@pytest.mark.parametrize("mode", ["auto", "on"])
def test_nobody_to_show_it_to_changes_nothing(
    desk: Desk, demo: DemoSite, streams: Streams, mode: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    done = ended(desk.start(start(demo), settings={"ESPRESO_PROGRESS": mode}, streams=streams))
    assert len(desk.records()) == SMALL
    (run,) = desk.runs()
    assert (run["reason"], run["exit_code"]) == ("finished", 0)
    assert done.exit_code in ((0, UNFLUSHED) if streams.stderr == "/dev/full" else (0,))


def test_what_failed_says_when_it_is_tried_again(desk: Desk, demo: DemoSite):
    demo.control.set_faults(Fault("status", after=5, times=3, status=500))
    done = desk.crawl(start(demo), settings={"RETRY_TIMES": "0"})
    (run,) = desk.runs()
    assert run["retries"]["entries"] == 3
    assert re.search(r"  failed     3 pages; a crawl after [\d :-]+ tries 3 entries again", done.log)
