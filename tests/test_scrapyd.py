"""Scrapyd for real: deployed from a clean clone, scheduled, listed, cancelled; and nothing lost, nothing doubled."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT, committed_files
from tests.crawls import PAGE, TOLD_TO_STOP, hold, let_go
from tests.scrapyd_server import PROJECT, VERSION, Scrapyd, clean_clone, deploy, running_scrapyd
from tests.site import SiteOptions, running
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrapyd]:
    home = tmp_path_factory.mktemp("scrapyd")
    with running_scrapyd(home) as server:
        done = deploy(clean_clone(home / "clone", server.url))
        assert (done.returncode, '"status": "ok"' in done.stdout) == (0, True), done.stdout + done.stderr
        yield server


@pytest.fixture(autouse=True)
def _own_desk(scrapyd: Scrapyd, tmp_path: Path) -> None:
    scrapyd.desk.home = tmp_path
    scrapyd.settings = {"ESPRESO_OUTPUT": str(tmp_path / "output"), "ESPRESO_STATE": str(tmp_path / "state")}


def test_three_crawls_of_which_one_is_cancelled_bring_each_article_once(scrapyd: Scrapyd):
    with running(SiteOptions(page_bytes=PAGE)) as demo:
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


def test_a_place_named_in_the_environment_holds_for_every_job(scrapyd: Scrapyd):
    scrapyd.settings = {}
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        job = scrapyd.schedule(start=f"{demo.url}/news", limit="1")
        scrapyd.wait_for(job)
    scrapyd.desk.home = scrapyd.home.parent / "desk"
    assert [run["job"] for run in scrapyd.desk.runs()] == [job]
    assert len(scrapyd.desk.records()) == 1
    assert str(scrapyd.desk.home / "output") in scrapyd.log(job)
    assert {path.name for path in scrapyd.home.iterdir()} <= {
        "dbs", "eggs", "logs", "scrapyd.conf", "scrapyd.log", "twistd.pid"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "line"),
    [
        ({"limit": "few"}, {}, 2, "limit='few': give a whole number from 1 on"),
        ({}, {"ESPRESO_LEDGER": "postgres://"}, 1, "ESPRESO_LEDGER='postgres://': give sqlite:///PATH"),
    ],
)
def test_a_job_that_cannot_start_says_so_in_its_log(scrapyd: Scrapyd, arguments, settings, code: int, line: str):
    job = scrapyd.schedule(settings, **arguments)
    scrapyd.wait_for(job)
    assert line in scrapyd.log(job)
    assert f"exitstatus={code} project='{PROJECT}' spider='read_also' job='{job}'" in scrapyd.log()
    assert scrapyd.desk.runs() == []


def test_the_egg_holds_every_data_file(scrapyd: Scrapyd):
    (egg,) = (scrapyd.home / "eggs" / PROJECT).glob("*.egg")
    with zipfile.ZipFile(egg) as archive:
        packed = {name for name in archive.namelist() if name.startswith(f"{PROJECT}/") and not name.endswith(".pyc")}
    package = ROOT / PROJECT
    assert packed == {str(path.relative_to(ROOT)) for path in committed_files() if path.is_relative_to(package)}
