"""The monitors in real crawls: rows held back, released, discarded, killed while they wait, or not watched at all."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.identity import slug_of
from espreso_crawler.ledger.liveness import SUFFIX, in_hand
from tests import forked
from tests.crawls import ARTICLES, PAGE, ROOT, Desk, hold, let_go, page_requests, start, stopped, wait_for_requests
from tests.site import DemoSite, Fault, SiteOptions, running
from tests.waiting import wait_until

NO_BACKOFF = {"ESPRESO_BACKOFF_SECONDS": "0"}
DOUBTFUL: str = "wrong_weekday"
"""Each header contradicts itself: every row is doubtful, and right."""
ONE_BY_ONE = {"CONCURRENT_REQUESTS": "1"}
READ = 10
"""Pages of a crawl that is held on its way: rows are in the ledger after a second, and the first verdict would come with
the twentieth page."""


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_redesigns_are_noticed_and_other_editions_and_an_unchanged_site_raise_no_alarm(tmp_path: Path) -> None:
    """The short form of ``make drift``: seven redesigns met by a small poll, three other editions, two traps, five calm crawls."""
    command = [sys.executable, "-m", "tests.monitors", "5", "--languages", "en", "--new", "2"]
    command += [
        "--editions",
        "no_number",
        "global",
        "strange",
        "site_h1_bare",
        "one_address",
        "--home",
        str(tmp_path / "home"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=480, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("2 new") == 7
    assert done.stdout.count("first crawl: exit 0 ok {'created': 40} , exit 0 ok {'created': 1") == 4
    assert "6 crawls of a site that did not change" in done.stdout


def test_released_rows_go_out_and_are_usual_from_then_on(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout(DOUBTFUL)
    done = desk.crawl(start(demo))
    assert done.exit_code == 5
    assert "Monitor doubtful_rows" in done.log
    (run,) = desk.runs()
    assert (run["verdict"], run["exit_code"], run["reason"]) == ("critical", 5, "drift")
    assert run["findings"][0]["numbers"]["doubtful"] >= 20
    assert desk.records() == []
    held = run["counts"]["outcome"]["quarantined"]
    assert run["counts"]["entry"]["quarantined"] == held
    copy = (desk.home / "state" / "quarantine" / f"{run['run_id']}.jsonl").read_bytes().splitlines()
    assert len(copy) == held
    assert json.loads(copy[0])["record"]["revision"] is None
    assert json.loads(copy[0])["reason"] == "the sources contradict each other about the time of publication"
    assert command(desk, "ledger", "release", run["run_id"]) == 0
    assert Counter(record["revision"] for record in desk.records()) == {1: held}
    assert {record["run_id"] for record in desk.records()} == {desk.runs()[-1]["run_id"]}
    assert desk.crawl(start(demo)).exit_code == 0, "the new normal"
    urls = [record["url"] for record in desk.records()]
    assert len(urls) == len(set(urls)) == 40
    assert command(desk, "ledger", "release", run["run_id"]) == 2, "nothing is left to release"


def test_one_doubtful_row_of_a_first_crawl_is_held_back_alone(demo: DemoSite, desk: Desk) -> None:
    odd = demo.site.truth(demo.site.newest - 3, demo.url)
    demo.control.set_faults(Fault("trick", odd.url.removeprefix(demo.url), trick="cut_body"))
    done = desk.crawl(start(demo))
    assert done.exit_code == 0
    (run,) = desk.runs()
    assert (run["verdict"], [finding["name"] for finding in run["findings"]]) == ("warning", ["doubtful_rows"])
    assert run["counts"]["outcome"] == {"created": 39, "quarantined": 1}
    assert odd.url not in {record["url"] for record in desk.records()}


def test_a_change_stays_critical_until_a_person_accepts_it(demo: DemoSite, desk: Desk) -> None:
    oldest = demo.site.newest - 39
    for _ in range(2):
        assert desk.crawl(start(demo)).exit_code == 0
        newest = demo.control.publish(25)["newest"]
    demo.control.set_layout("no_jsonld")
    for _ in range(2):
        assert desk.crawl(start(demo)).exit_code == 5
        assert desk.runs()[-1]["findings"][0]["name"] == "jsonld"
        assert len(desk.records()) == newest - oldest + 1, "each row is true without JSON-LD"
        newest = demo.control.publish(25)["newest"]
    run = desk.runs()[-1]["run_id"]
    assert command(desk, "ledger", "release", run) == 0
    assert command(desk, "ledger", "release", run) == 2, "nothing is left to accept"
    for _ in range(2):
        assert desk.crawl(start(demo)).exit_code == 0, "the new normal"
        assert len(desk.records()) == newest - oldest + 1
        newest = demo.control.publish(25)["newest"]


def test_an_id_made_from_the_address_stays_when_the_number_appears(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout("no_number")
    assert desk.crawl(start(demo)).exit_code == 0
    (run,) = desk.runs()
    assert run["learned"][0]["lacks"] == ["entity_id: none of 40 rows"]
    ids = {record["url"]: record["id"] for record in desk.records()}
    assert all(record["id"] == f"127.0.0.1:{slug_of(record['url'])}" for record in desk.records())
    demo.control.set_layout("plain")
    edited = demo.site.newest - 2
    demo.control.advance(5)
    demo.control.update(edited, "text")
    demo.control.publish(1)
    assert desk.crawl(start(demo)).exit_code == 0
    truth = demo.control.truth(edited)
    (revised,) = [record for record in desk.records() if record["event"] == "revised"]
    assert (revised["id"], revised["revision"]) == (ids[truth["url"]], 2)
    assert revised["entity_id"] == str(truth["entity_id"])
    assert Counter(record["url"] for record in desk.records() if record["event"] == "created").most_common(1)[0][1] == 1


def test_discarded_rows_are_read_again_by_the_corrected_parser(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout(DOUBTFUL)
    desk.crawl(start(demo), "limit=3")
    (run,) = desk.runs()
    assert (run["verdict"], desk.records()) == ("critical", [])
    assert command(desk, "ledger", "discard", run["run_id"], "--reason", "a wrong weekday") == 0
    demo.control.set_layout("plain")
    assert desk.crawl(start(demo)).exit_code == 0
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 40


def test_a_run_killed_while_rows_wait_loses_nothing_and_asks_for_nothing_twice(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        kill_while_rows_wait(demo, desk)
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
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        kill_while_rows_wait(demo, desk)
        demo.control.set_layout(DOUBTFUL)
        assert desk.crawl(start(demo), settings=NO_BACKOFF | {"ESPRESO_MONITORS": "False"}).exit_code == 0
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == 40
    assert desk.runs()[-1]["verdict"] is None


def test_without_memory_quarantined_rows_are_in_the_copy_alone(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_layout(DOUBTFUL)
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
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        demo.control.set_faults(Fault("hold", ARTICLES, after=READ), Fault("error_page", ARTICLES))
        process = desk.start(start(demo), settings=ONE_BY_ONE)
        wait_for_requests(demo, 8, process)
        stopped(process, signal.SIGKILL)
        (lock,) = (desk.home / "state").rglob(f"*{SUFFIX}")
        being_read = in_hand(lock.read_text())
        demo.control.set_faults()
        assert desk.crawl(start(demo), settings=NO_BACKOFF | {"ESPRESO_MAX_ATTEMPTS": "1"}).exit_code == 0
    assert len(being_read) <= 1, "the kill may hit one page; those that were read wait, and are no suspects"
    assert len(desk.records()) == 40 - len(being_read)


def command(desk: Desk, name: str, *arguments: str) -> int:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    given = [part for setting, value in places.items() for part in ("-s", f"{setting}={value}")]
    return forked.command(name, *arguments, *given).returncode


def kill_while_rows_wait(demo: DemoSite, desk: Desk) -> None:
    hold(demo, after=READ)
    process = desk.start(start(demo), settings=ONE_BY_ONE)
    wait_for_requests(demo, 8, process)
    wait_until(lambda: held_entries(desk) or process.poll() is not None, "rows in the ledger")
    assert stopped(process, signal.SIGKILL).exit_code == -signal.SIGKILL
    let_go(demo)


def held_entries(desk: Desk) -> list[str]:
    connection = sqlite3.connect(desk.home / "state" / "ledger.sqlite3", timeout=60)
    try:
        return [row[0] for row in connection.execute("SELECT entry FROM held WHERE state = 'waiting'")]
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()
