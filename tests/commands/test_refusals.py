"""Wrong input to any command: one line that says what is wrong, where and what to do; and output that ends early."""

import logging
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from espreso_crawler.command import HelpFormatter
from espreso_crawler.commands.crawl import FirstError, ended
from espreso_crawler.exceptions import ExitCode
from tests import forked
from tests.crawls import ROOT, Desk
from tests.forked import Streams, pipe
from tests.site import running, small
from tests.waiting import PATIENCE

COMMANDS = sorted(path.stem for path in (ROOT / "espreso_crawler/commands").glob("[a-z]*.py"))
HEADINGS = {"Usage", "Options", "Global Options", "Positional Arguments"}
CRAWL = ("crawl", "read_also")
NO_SITE = ("-a", "start=http://127.0.0.1:9/news")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with running(small()) as demo:
        assert desk.crawl(f"start={demo.url}/news", "limit=2").exit_code == 0
    (desk.home / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00")
    return desk


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*CRAWL, "-a", "sinse=1d"), 2, "unknown argument 'sinse': give one of since, until, limit, start, edition"),
        ((*CRAWL, "-a", "since=yesterday"), 2, "since='yesterday': give an ISO date or date-time such as 2026-01-31"),
        ((*CRAWL, "-a", "since=2999-01-01"), 2, "is in the future: nothing is published yet"),
        ((*CRAWL, "-a", "since=1d", "-a", "until=2d"), 2, "is not before until"),
        ((*CRAWL, "-a", "limit=none"), 2, "limit='none': "),
        ((*CRAWL, "-a", "limit=0"), 2, "limit='0': "),
        ((*CRAWL, "-a", "edition=fr"), 2, "edition='fr': give one of 'global', 'ua', 'zahid', 'bc' or 'all'"),
        (
            (*CRAWL, "-a", "start=espreso.tv/news"),
            2,
            "'espreso.tv/news' is not an address: give one that begins with https://",
        ),
        ((*CRAWL, "--since", "1d"), 2, "unknown option --since: did you mean -a since=...?"),
        (("survey", "--pages", "9"), 2, "unknown option --pages"),
        (("survey", "--save", "/proc/none"), 2, "--save /proc/none: "),
        (("crawl", "read_alsa"), 2, "no spider 'read_alsa': give one of archive, read_also, rss, sitemap"),
        ((*CRAWL, "--dry-run"), 2, "unknown option --dry-run"),
        (
            (*CRAWL, *NO_SITE, "-s", "ESPRESO_VOCABULARIES=HOME/none"),
            1,
            "ESPRESO_VOCABULARIES: HOME/none is not a folder",
        ),
        ((*CRAWL, *NO_SITE, "-s", "ESPRESO_BROWSER_PATH=netscape"), 1, "ESPRESO_BROWSER_PATH='netscape': there is no"),
        ((*CRAWL, *NO_SITE, "-s", "ESPRESO_METRICS=/proc/none"), 1, "ESPRESO_METRICS=/proc/none: "),
        ((*CRAWL, *NO_SITE, "-O", "HOME/copy.docx"), 2, "Unrecognized output format 'docx'"),
        (("ledger", "--jsn"), 2, "unknown option --jsn: did you mean --json?"),
        (("ledger", "-s", "ESPRESO_LEDGER=none"), 1, "ESPRESO_LEDGER=none: there is no ledger to work on"),
        (("ledger", "-s", "ESPRESO_LEDGER=ledger.sqlite3"), 1, "ESPRESO_LEDGER='ledger.sqlite3': give sqlite:///PATH"),
        (("ledger", "tail", "--after", "999"), 2, "--after 999: the newest segment of articles is 1"),
        (("ledger", "tail", "--after", "999", "--stream", "links"), 2, "--after 999: no links are sealed yet"),
        (("ledger", "tail", "--after", "soon"), 2, "argument --after: invalid int value: 'soon'"),
        (("tag", "more"), 2, "takes no arguments, only options: more"),
        (("tag", "-s", "ESPRESO_TAG_PERSONS=maybe"), 1, "ESPRESO_TAG_PERSONS='maybe': give True or False"),
        (
            ("ledger", "forget", "global:0", "--reason", "asked"),
            2,
            "global:0: neither an article nor a feed entry of this ledger",
        ),
        (
            ("ledger", "retract", "global:0", "--reason", "wrong"),
            2,
            "global:0: neither a run nor an article of this ledger",
        ),
        (("ledger", "retract", "global:0", "--reason", " "), 2, "the argument and --reason must not be empty"),
        (
            ("ledger", "release", "20260101T000000Z-00000000"),
            2,
            "nothing of this run is in quarantine; `scrapy ledger` shows",
        ),
        (("ledger", "discard", "some", "--reason", "wrong"), 2, "some: nothing of this run is in quarantine"),
        (("ledger", "discard", "--reason", "wrong"), 2, "give the id of one run; `scrapy ledger` shows which"),
        (("ledger", "reconcile", "--repair"), 2, "unknown option --repair"),
        (("schedule", "--every", "0s"), 2, "--every 0s: give an interval longer than 0s, such as 10m"),
        (("schedule", "--every", "10"), 2, "'10' is not a length of time: give 90s, 10m, 2h or 1d"),
        (("schedule", "--every", "5m", "--jitter", "6m"), 2, "--jitter 0:06:00 is longer than --every 0:05:00"),
        (("schedule", "--every", "5m", "rsss"), 2, "no spider 'rsss': give one of archive, read_also, rss, sitemap"),
        (("extract",), 2, "give files, folders or addresses"),
        (("extract", "HOME/none.html"), 2, "/none.html"),
        (("extract", "HOME/picture.html"), 3, "no HTML page: there is no markup in its 20 bytes"),
        (("demo", "now"), 2, "takes no arguments, only options: now"),
        (("crawl", "rss", "--cluster", "tcp://nobody:8786"), 2, "--cluster is for the spider archive: others fetch"),
        (("reextract", "--cluster", "nobody"), 2, "--cluster 'nobody': give an address such as tcp://scheduler:8786"),
        (("reextract", "-s", "ESPRESO_CLUSTER=nobody:1"), 1, "ESPRESO_CLUSTER='nobody:1': give an address such as"),
        (("export", "--format", "csv", "--cluster", "tcp://nobody:8786"), 2, "a cluster saves nothing here"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else None,
)
def test_wrong_input_is_one_line_that_says_what_to_do(crawled: Desk, arguments, code: int, said: str):
    runs = len(crawled.runs())
    done = crawled.scrapy(*(each.replace("HOME", str(crawled.home)) for each in arguments))
    last = done.log.strip().splitlines()[-1]
    said = said.replace("HOME", str(crawled.home))
    assert (done.exit_code, said in last) == (code, True), done.log
    assert "Traceback" not in done.log + done.stdout.decode()
    assert last.startswith("scrapy") or ": error: " in last  # of argparse, which takes the name of the program
    if arguments[0] == "crawl":
        assert len(crawled.runs()) == runs


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_right_at_80_columns(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = forked.scrapy([command, "--help"], folder=ROOT, now=None, seconds=PATIENCE).stdout.decode().splitlines()
    headings = {above for above, line in pairwise(lines) if re.fullmatch(r"[-=]{3,}", line)}
    assert {each for each in headings if not each.startswith("Arguments of ")} <= HEADINGS
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("spider", "count"), [("read_also", 6), ("rss", 5)])
def test_help_shows_the_arguments_of_the_spider(spider, count):
    shown = forked.command("crawl", spider, "--help").stdout.decode()
    assert shown.count("Arguments of ") == 1
    assert len(re.findall(r"^  -a [a-z]+= +[A-Za-z]", shown, re.MULTILINE)) == count


@pytest.mark.parametrize("edition", ["UA", "Zahid", " ua"])
def test_an_edition_may_be_written_in_any_case(crawled: Desk, edition):
    done = crawled.scrapy(*CRAWL, "-a", f"edition={edition}", "-s", "ITEM_PIPELINES={}")
    assert "ITEM_PIPELINES lacks" in done.log


PRINTING = [
    ("ledger",), ("ledger", "--json"), ("ledger", "tail"), ("ledger", "reconcile"), ("tag",), ("tag", "--stdout"), ("check", "-l"),
    ("extract", str(ROOT / "tests/fixtures/global-news/page.html.gz")),
]  # fmt: skip


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_behind_standard_output_is_one_line(crawled: Desk, arguments):
    done = crawled.scrapy(*arguments, streams=Streams(stdout="/dev/full"))
    assert done.exit_code == ExitCode.OUTPUT
    assert re.fullmatch(r"scrapy( [a-z]+){0,2}: standard output: No space left on device\n", done.log)


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_has_seen_enough_is_no_error(crawled: Desk, arguments):
    reader, writer = pipe()
    reader.close()
    assert crawled.scrapy(*arguments, streams=Streams(stdout=writer)).log == ""


@pytest.mark.parametrize(
    ("unbuffered", "target", "code", "said"),
    [
        ("", "> /dev/full", 4, "scrapy: standard output: No space left on device\n"),
        ("1", "> /dev/full", 1, "scrapy: standard output: No space left on device\n"),  # as Python ends at an error
        ("", "| true", 0, ""),
        ("", ">&- 2>&-", 0, ""),
    ],
)
def test_a_new_interpreter_guards_its_output_too(unbuffered: str, target: str, code: int, said: str):
    """Scrapy's own command, so that all depends on what is loaded at the start."""
    command = ["bash", "-o", "pipefail", "-c", f'"$@" {target}', "bash", sys.executable, "-m", "scrapy", "check", "-l"]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr.decode()) == (code, said)


def test_a_help_line_that_ends_in_a_colon_is_no_heading():
    formatter = HelpFormatter("scrapy")
    assert formatter.format_part_strings(["Options:\n", "  --x  the following:\n"]) == [
        "Options", "\n=======\n", "  --x  the following:\n"
    ]  # fmt: skip


def test_a_failed_run_ends_with_its_reason_and_what_to_do(tmp_path: Path):
    with running(small()) as demo:
        done = Desk(tmp_path).crawl(f"start={demo.url}/nowhere")
        last = done.log.splitlines()[-1]
        assert last == (
            f"scrapy crawl: exit code 3: the source could not be read (Start page {demo.url}/nowhere: HTTP 404); "
            "crawl again later: what was not fetched is pending"
        )
        assert f"  asked      start={demo.url}/nowhere" in done.log.splitlines()
    assert "Enabled" not in done.log
    assert "Overridden settings" not in done.log


@pytest.mark.parametrize("code", [code for code in ExitCode if code > ExitCode.ARGUMENT])
def test_every_failed_end_says_what_to_do(code):
    assert "see the log" not in ended(code, FirstError().text)


def test_the_last_line_names_what_ended_the_run_whatever_failed_before() -> None:
    first = FirstError()
    for level, text in ((logging.ERROR, "a page"), (logging.CRITICAL, "the disk"), (logging.CRITICAL, "its echo")):
        first.emit(logging.LogRecord("espreso_crawler.any", level, "", 0, text, None, None))
    assert "(the disk)" in ended(ExitCode.OUTPUT, first.text)
