"""Scrapyd for real: deployed from a clean clone, scheduled, listed, cancelled; and nothing lost, nothing doubled."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT, committed_files
from tests.crawls import TOLD_TO_STOP, hold, let_go
from tests.scrapyd_server import PROJECT, VERSION, Scrapyd, clean_clone, deploy, running_scrapyd
from tests.site import running, small
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrapyd]:
    home = tmp_path_factory.mktemp("scrapyd")
    with running_scrapyd(home) as server:
        done = deploy(clean_clone(home / "clone", server.url))
        assert (done.returncode, '"status": "ok"' in done.stdout) == (0, True), done.stdout + done.stderr
        yield server


def test_three_crawls_of_which_one_is_cancelled_bring_each_article_once_to_where_the_environment_says(scrapyd: Scrapyd):
    with running(small(tape_entries=40)) as demo:
        hold(demo, after=6)
        begin = f"{demo.url}/news"
        first = scrapyd.schedule(start=begin, limit="10")
        cancelled = scrapyd.schedule({"USER_AGENT": "cancelled"}, start=begin, limit="20")
        last = scrapyd.schedule(start=begin)
        wait_until(lambda: set(scrapyd.jobs("running")) == {first, cancelled}, "two jobs at once")
        assert scrapyd.jobs("pending") == [last]
        wait_until(lambda: [visit.user_agent for visit in demo.control.log()].count("cancelled") > 4, "its fourth page")
        assert scrapyd.post("cancel", job=cancelled)["prevstate"] == "running"
        wait_until(lambda: TOLD_TO_STOP in scrapyd.log(cancelled), "a job that heeds the signal")
        let_go(demo)
        scrapyd.wait_for(first, cancelled, last)
        newest = demo.site.newest
        expected = [str(demo.site.truth(newest - n, demo.url).entity_id) for n in range(40)]
        agents = {visit.user_agent for visit in demo.control.log()}
    assert Counter(record["entity_id"] for record in scrapyd.desk.records()) == Counter(expected)
    assert agents == {f"espreso_crawler/{VERSION}", "cancelled"}
    runs = {run["job"]: run for run in scrapyd.desk.runs()}
    assert {job: (run["reason"], run["exit_code"]) for job, run in runs.items()} == {
        first: ("finished", 0),
        cancelled: ("shutdown", 130),
        last: ("finished", 0),
    }
    assert runs[cancelled]["counts"]["entry"]["pending"] > 0
    assert str(scrapyd.desk.home / "output") in scrapyd.log(last)
    assert {path.name for path in scrapyd.home.iterdir()} <= {
        "dbs", "eggs", "logs", "scrapyd.conf", "scrapyd.log", "twistd.pid"
    }  # fmt: skip


def test_jobs_that_cannot_start_say_so_in_their_logs(scrapyd: Scrapyd, tmp_path: Path):
    scrapyd.settings = {"ESPRESO_OUTPUT": str(tmp_path / "output"), "ESPRESO_STATE": str(tmp_path / "state")}
    few, nowhere = scrapyd.schedule(limit="few"), scrapyd.schedule({"ESPRESO_LEDGER": "postgres://"})
    scrapyd.wait_for(few, nowhere)
    for job, code, line in (
        (few, 2, "limit='few': give a whole number from 1 on"),
        (nowhere, 1, "ESPRESO_LEDGER='postgres://': give sqlite:///PATH"),
    ):
        assert line in scrapyd.log(job)
        assert f"exitstatus={code} project='{PROJECT}' spider='read_also' job='{job}'" in scrapyd.log()
    assert list(tmp_path.rglob("*.json*")) == []


def test_the_egg_holds_every_data_file(scrapyd: Scrapyd):
    (egg,) = (scrapyd.home / "eggs" / PROJECT).glob("*.egg")
    with zipfile.ZipFile(egg) as archive:
        packed = {name for name in archive.namelist() if name.startswith(f"{PROJECT}/") and not name.endswith(".pyc")}
    package = ROOT / PROJECT
    assert packed == {str(path.relative_to(ROOT)) for path in committed_files() if path.is_relative_to(package)}
