"""Crawls whose pages are read in other processes."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.crawls import Desk, ended, hold, let_go, start, wait_for_requests
from tests.extensions.broken import Fork, Parser, with_extension
from tests.processes import children, wait_for_end
from tests.site import FEED, running, small

ALONE = {"ESPRESO_READERS": "0"}
OF_THE_RUN = ("run_id", "emitted_at", "fetched_at", "feed", "evidence")
ALL_NEWS = '[{"location": "/*", "tdm-reservation": 1}]'
COUNT = 150


def told(desk: Desk) -> dict[str, dict[str, Any]]:
    return {line["id"]: {name: line[name] for name in line if name not in OF_THE_RUN} for line in desk.records()}


@pytest.mark.parametrize("reserved", ["", ALL_NEWS])
def test_the_records_are_those_of_a_crawl_that_reads_by_itself(tmp_path: Path, reserved: str):
    apart, alone = Desk(tmp_path / "apart", {"ESPRESO_READERS": "2"}), Desk(tmp_path / "alone", ALONE)
    with running(small(latency=0.05, tdmrep=reserved)) as demo:
        for desk in (apart, alone):
            assert desk.crawl(start(demo), "since=2026-01-01", f"limit={COUNT}").exit_code == 0
    assert apart.runs()[0]["stats"]["espreso/read_apart"] > 0
    assert "espreso/read_apart" not in alone.runs()[0]["stats"]
    assert len(told(alone)) == COUNT
    assert told(apart) == told(alone)


def test_a_crawl_that_waits_between_requests_starts_no_process(tmp_path: Path):
    desk = Desk(tmp_path, {"DOWNLOAD_DELAY": "0.02", "ESPRESO_READERS": "2"})
    with running(small()) as demo:
        assert desk.crawl(start(demo), "limit=12").exit_code == 0
    assert "espreso/read_apart" not in desk.runs()[0]["stats"]


@pytest.mark.parametrize("victim", ["reader", "crawl"])
def test_whoever_is_killed_nothing_is_lost_and_nobody_is_left(tmp_path: Path, victim: str):
    desk = Desk(tmp_path, {"ESPRESO_BACKOFF_SECONDS": "0", "ESPRESO_READERS": "1"})
    with running(small()) as demo:
        hold(demo, after=COUNT // 2)
        crawl = desk.start(start(demo), "since=2026-02-27", f"limit={COUNT}")
        wait_for_requests(demo, COUNT // 2, crawl)
        (reader,) = children(crawl.pid)
        os.kill(reader if victim == "reader" else crawl.pid, signal.SIGKILL)
        let_go(demo)
        assert ended(crawl).exit_code == (0 if victim == "reader" else -signal.SIGKILL)
        wait_for_end(reader)
        assert desk.crawl(start(demo), "since=2026-02-27").exit_code == 0
    ids = [line["id"] for line in desk.records()]
    assert len(ids) == len(set(ids)) >= COUNT


@pytest.mark.parametrize("apart", ["1", "0"])
def test_a_bug_in_a_parser_counts_as_an_attempt_wherever_it_shows(tmp_path: Path, apart: str):
    settings = with_extension(Parser) | {
        "ESPRESO_READERS": apart,
        "ESPRESO_MAX_ATTEMPTS": "1",
        "CONCURRENT_REQUESTS_PER_DOMAIN": "2",
    }
    desk = Desk(tmp_path, settings)
    with running(small(latency=0.1)) as demo:
        log = desk.crawl(start(demo)).log
    assert "ZeroDivisionError: a bug" in log
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as ledger:
        states = dict(ledger.execute("SELECT state, count(*) FROM entries GROUP BY state"))
        attempts = {count for (count,) in ledger.execute("SELECT attempts FROM entries WHERE state <> 'emitted'")}
    assert len(desk.records()) + states.get("pending", 0) + states.get("failed", 0) == FEED
    assert attempts == {1}, states


def test_a_machine_without_room_for_a_process_is_a_warning_and_the_crawl_reads_by_itself(
    tmp_path: Path,
):
    desk = Desk(tmp_path, {"ESPRESO_READERS": "2", **with_extension(Fork)})
    with running(small()) as demo:
        done = desk.crawl(start(demo))
    assert done.exit_code == 0
    assert "The reading processes have ended ([Errno 11] Resource temporarily unavailable)" in done.log
    assert "espreso/read_apart" not in desk.runs()[0]["stats"]
    assert len(desk.records()) == FEED
