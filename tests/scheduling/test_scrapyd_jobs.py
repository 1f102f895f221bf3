"""``scrapy schedule --to`` a real Scrapyd: its restart, a job left by another scheduler, a job that takes too long."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.scrapyd import ScrapydJobs
from espreso_crawler.scheduling.targets import Target
from espreso_crawler.scheduling.targets import target as find_target
from tests.crawls import NO_WAITING, TOLD_TO_STOP, hold, let_go, start
from tests.scheduling.schedulers import Scheduler
from tests.scrapyd_server import PASSWORD, TARGET, USER, Scrapyd, running_installed
from tests.site import FEED, running, small
from tests.waiting import wait_until

LONG = timedelta(minutes=10)


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrapyd]:
    with running_installed(tmp_path_factory.mktemp("scrapyd")) as server:
        yield server


@pytest.fixture
def target(scrapyd: Scrapyd) -> Target:
    return Target(scrapyd.url, username=USER, password=PASSWORD)


def test_it_waits_for_a_scrapyd_that_is_down_and_says_so_once(scrapyd: Scrapyd, tmp_path: Path):
    scrapyd.desk.home = tmp_path
    (tmp_path / ".scrapy.cfg").write_text(TARGET.format(url=scrapyd.url).replace(PASSWORD, "$DESK_PASSWORD"))
    user = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "DESK_PASSWORD": PASSWORD}
    with running(small()) as demo:
        scheduler = Scheduler(scrapyd.desk, "--every", "1s", "--to", "test", "-a", start(demo), environment=user)
        wait_until(lambda: len(scrapyd.desk.records()) == FEED, "the first job")
        scrapyd.stop()
        wait_until(lambda: "does not answer (ConnectionError): it is asked again" in scheduler.log, "its word")
        demo.control.publish(1)
        scrapyd.start()
        wait_until(lambda: len(scrapyd.desk.records()) == FEED + 1, "a job after the restart")
        assert scheduler.stopped() == 0
    assert scheduler.log.count("does not answer") == scheduler.log.count("answers again") == 1
    assert PASSWORD not in scheduler.log
    assert "Traceback" not in scheduler.log


def test_a_job_left_by_another_scheduler_is_taken_over_and_ends_at_the_limit(
    scrapyd: Scrapyd, target: Target, tmp_path: Path
):
    wait_until(lambda: not scrapyd.jobs("running"), "the end of earlier jobs")
    scrapyd.desk.home = tmp_path
    places = {"ESPRESO_OUTPUT": str(tmp_path / "output"), "ESPRESO_STATE": str(tmp_path / "state")}
    with running(small()) as demo:
        hold(demo, after=2)
        kind = Kind("read_also", {"start": f"{demo.url}/news"}, NO_WAITING | places)
        stop = Event()
        left = Thread(target=ScrapydJobs(kind, [target], LONG, LONG).poll, args=(stop,))
        left.start()
        wait_until(lambda: len(demo.control.log()) > 3, "its first pages")
        stop.set()
        left.join()
        (job,) = scrapyd.jobs("running")
        last = Thread(target=ScrapydJobs(kind, [target], timedelta(seconds=1), LONG).poll, args=(Event(),))
        last.start()
        wait_until(lambda: TOLD_TO_STOP in scrapyd.log(job), "a job that heeds the signal")
        let_go(demo)
        last.join()
    assert job.startswith(f"{kind.name}-")
    assert [(run["job"], run["exit_code"]) for run in scrapyd.desk.runs()] == [(job, 143)]


@pytest.mark.parametrize(
    ("given", "said"), [({"project": "other"}, "project 'other' not found"), ({"password": "x"}, "HTTP 401")]
)
def test_a_scrapyd_that_refuses_is_an_error_at_the_start(scrapyd: Scrapyd, given, said: str):
    known = {"url": scrapyd.url, "username": USER, "password": PASSWORD}
    with pytest.raises(ConfigurationError, match=said):
        ScrapydJobs(Kind("read_also"), [Target(**known | given)], LONG, LONG).check()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("http://me:secret@localhost:6800", "no password in an address; write it .* and give --to NAME for localhost"),
        ("ftp://localhost", "not the address of a Scrapyd"),
    ],
)
def test_an_address_that_shows_a_password_or_is_none_is_refused(name: str, said: str):
    with pytest.raises(ConfigurationError, match=said) as error:
        find_target(name)
    assert "secret" not in str(error.value)
