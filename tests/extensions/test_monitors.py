"""The monitors in real crawls: rows held back, released, discarded, killed while they wait, or not watched at all."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.demo_site import DemoSite, Fault, SiteOptions, running
from tests.crawls import PAGE, ROOT, Desk, page_requests, start, wait_for_requests

NO_BACKOFF = {"ESPRESO_BACKOFF_SECONDS": "0"}
SLOWLY = {"CONCURRENT_REQUESTS": "1"}
"""Rows are in the ledger after a second, and the first verdict comes with the twentieth page."""


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_redesigns_are_noticed_and_an_unchanged_site_raises_no_alarm(tmp_path: Path) -> None:
    """The short form of ``make drift``: seven redesigns met by the first crawl ever and by a small poll, five calm crawls."""
    command = [sys.executable, "-m", "tests.monitors", "5", "--languages", "en", "--new", "-1", "2"]
    done = subprocess.run(
        [*command, "--home", str(tmp_path / "home")], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("first ever") == 7
    assert "6 crawls of a site that did not change" in done.stdout


def test_released_rows_go_out_and_are_usual_from_then_on(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout("no_jsonld")
    done = desk.crawl(start(demo))
    assert done.exit_code == 5
    assert "Monitor jsonld" in done.log
    (run,) = desk.runs()
    assert (run["verdict"], run["exit_code"], run["reason"]) == ("critical", 5, "drift")
    assert run["findings"][0]["numbers"]["wrong"] >= 20
    assert desk.records() == []
    held = run["counts"]["outcome"]["quarantined"]
    assert run["counts"]["entry"]["quarantined"] == held
    copy = (desk.home / "state" / "quarantine" / f"{run['run_id']}.jsonl").read_bytes().splitlines()
    assert len(copy) == held
    assert json.loads(copy[0])["record"]["revision"] is None
    assert command(desk, "release", run["run_id"]) == 0
    assert Counter(record["revision"] for record in desk.records()) == {1: held}
    assert {record["run_id"] for record in desk.records()} == {desk.runs()[-1]["run_id"]}
    assert desk.crawl(start(demo)).exit_code == 0, "the new normal"
    urls = [record["url"] for record in desk.records()]
    assert len(urls) == len(set(urls)) == 40
    assert command(desk, "release", run["run_id"]) == 4, "nothing is left to release"


def test_discarded_rows_are_read_again_by_the_mended_parser(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout("no_jsonld")
    desk.crawl(start(demo), "limit=3")
    (run,) = desk.runs()
    assert (run["verdict"], desk.records()) == ("critical", [])
    assert command(desk, "discard", run["run_id"], "--reason", "no JSON-LD") == 0
    demo.control.set_layout("plain")
    assert desk.crawl(start(demo)).exit_code == 0
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 40
    assert all(record["date_modified"] for record in desk.records())


def test_a_run_killed_while_rows_wait_loses_nothing_and_asks_for_nothing_twice(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE, latency=0.2)) as demo:
        process = desk.start(start(demo), settings=SLOWLY)
        wait_for_requests(demo, 8, process)
        wait_for_held(desk, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        held = held_entries(desk)
        assert held
        assert desk.records() == []
        demo.control.clear_log()
        assert desk.crawl(start(demo), settings=NO_BACKOFF).exit_code == 0
        asked = set(page_requests(demo))
        assert not {url.removeprefix(demo.url) for url in held} & asked, "what was held is judged, not fetched again"
    records = desk.records()
    assert len({record["url"] for record in records}) == len(records) == 40
    assert set(held) <= {record["url"] for record in records}


def test_switched_off_monitors_let_out_what_waits(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE, latency=0.2)) as demo:
        process = desk.start(start(demo), settings=SLOWLY)
        wait_for_requests(demo, 8, process)
        wait_for_held(desk, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        demo.control.set_layout("no_jsonld")
        assert desk.crawl(start(demo), settings=NO_BACKOFF | {"ESPRESO_MONITORS": "False"}).exit_code == 0
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 40
    assert desk.runs()[-1]["verdict"] is None


def test_without_memory_quarantined_rows_are_in_the_copy_alone(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout("no_jsonld")
    done = desk.crawl(start(demo), "limit=3", settings={"ESPRESO_LEDGER": "none"})
    assert done.exit_code == 5
    (copy,) = (desk.home / "state" / "quarantine").iterdir()
    assert len(copy.read_bytes().splitlines()) == 3
    assert list((desk.home / "output").glob("without-ledger/*/articles/*/*.jsonl")) == []


def test_entries_that_lead_to_no_article_are_tried_again_when_they_are_many(demo: DemoSite, desk: Desk) -> None:
    desk.crawl(start(demo))
    demo.control.publish(5)
    victims = [demo.site.truth(demo.site.newest - place, demo.url).url for place in range(5)]
    demo.control.set_faults(*(Fault("error_page", path=url.removeprefix(demo.url)) for url in victims))
    for _ in range(2):
        done = desk.crawl(start(demo), settings=NO_BACKOFF | {"ESPRESO_MAX_ATTEMPTS": "1"})
        assert done.exit_code == 5
        assert "not_articles" in [finding["name"] for finding in desk.runs()[-1]["findings"]]
    demo.control.set_faults()
    desk.crawl(start(demo), settings=NO_BACKOFF)
    assert set(victims) <= {record["url"] for record in desk.records()}


def test_a_kill_while_pages_without_article_wait_makes_none_of_them_a_suspect(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE, latency=0.2)) as demo:
        demo.control.set_faults(Fault("error_page", path="/*-*"))
        process = desk.start(start(demo), settings=SLOWLY)
        wait_for_requests(demo, 8, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        demo.control.set_faults()
        assert desk.crawl(start(demo), settings=NO_BACKOFF | {"ESPRESO_MAX_ATTEMPTS": "1"}).exit_code == 0
    assert len(desk.records()) == 40


def command(desk: Desk, name: str, *arguments: str) -> int:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    given = [part for setting, value in places.items() for part in ("-s", f"{setting}={value}")]
    called = [sys.executable, "-m", "scrapy", name, *arguments, *given]
    return subprocess.run(called, cwd=ROOT, capture_output=True, check=False, env=os.environ).returncode


def wait_for_held(desk: Desk, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not held_entries(desk):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def held_entries(desk: Desk) -> list[str]:
    connection = sqlite3.connect(desk.home / "state" / "ledger.sqlite3", timeout=10)
    try:
        return [row[0] for row in connection.execute("SELECT entry FROM held WHERE state = 'waiting'")]
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()
