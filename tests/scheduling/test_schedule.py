"""``scrapy schedule`` as a person starts it: real child crawls, signals, a restart, a crawl that hangs."""

import logging
import re
import runpy
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pytest

from espreso_crawler.commands import schedule
from espreso_crawler.commands.schedule import FOLDER
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.children import Children
from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.locks import sole_scheduler
from tests.crawls import NO_WAITING, TOLD_TO_STOP, Desk, hold, let_go, start, wait_for_requests
from tests.scheduling.schedulers import ForkedChildren, Scheduler, refused
from tests.site import FEED, DemoSite, running, small
from tests.waiting import PATIENCE, wait_until

LONG = timedelta(minutes=10)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small()) as site:
        yield site


def test_it_crawls_at_once_then_each_interval_and_never_two_at_once(desk: Desk, demo: DemoSite):
    scheduler = Scheduler(desk, "--every", "1s", "--jitter", "1s", "-a", start(demo))
    wait_until(desk.runs, "the first crawl")
    demo.control.publish(2)
    wait_until(lambda: len(desk.records()) == FEED + 2, "the articles published since")
    assert scheduler.stopped() == 0
    assert set(scheduler.crawls_failed()) <= {143, -signal.SIGTERM}  # the last: it had hardly begun
    runs = sorted((run["started_at"], run["ended_at"]) for run in desk.runs())
    assert len(runs) > 1
    assert all(before[1] <= after[0] for before, after in pairwise(runs)), runs


def test_a_poll_that_finds_nothing_is_one_line_that_says_when_the_next_comes(
    desk: Desk, demo: DemoSite, capfd: pytest.CaptureFixture[str]
):
    children(desk, demo, limit=LONG).poll(Event())
    capfd.readouterr()
    children(desk, demo, limit=LONG, every=timedelta(hours=1), of=Children).poll(Event())
    (line,) = capfd.readouterr().err.splitlines()
    told = (
        rf"read_also, {demo.url[7:]}: nothing new: {FEED} entries seen, 2 pages in [\d.]+ s; next crawl about [\d :-]+$"
    )
    assert re.search(told, line), line


def test_sigterm_ends_a_crawl_in_order_and_a_second_scheduler_is_refused(desk: Desk):
    with running(small()) as demo:
        hold(demo, after=2)
        scheduler = Scheduler(desk, "--every", "1h", "-a", start(demo))
        wait_for_requests(demo, 4, scheduler.process)
        with pytest.raises(ConfigurationError, match="another scheduler already starts the same crawls"):
            sole_scheduler(kind(desk, demo), desk.home / "state" / FOLDER)
        scheduler.process.send_signal(signal.SIGTERM)
        wait_until(lambda: TOLD_TO_STOP in scheduler.log, "a crawl that heeds the signal")
        let_go(demo)
        assert scheduler.process.wait(PATIENCE) == 0
    assert "SIGTERM: no further crawls" in scheduler.log
    assert scheduler.crawls_failed() == [143]
    (run,) = desk.runs()
    assert (run["reason"], run["exit_code"]) == ("shutdown", 143)
    assert 0 < len(desk.records()) < FEED


def test_a_new_scheduler_waits_for_the_crawl_that_a_killed_one_left(desk: Desk, caplog):
    caplog.set_level(logging.INFO)
    with running(small()) as demo:
        hold(demo, after=4)
        killed = Scheduler(desk, "--every", "1h", "-a", start(demo))
        wait_for_requests(demo, 4, killed.process)
        killed.stopped(signal.SIGKILL)
        poll = Thread(target=children(desk, demo, limit=LONG).poll, args=(Event(),))
        poll.start()
        told = "which an earlier scheduler started, still crawls: waiting for it"
        wait_until(lambda: told in caplog.text or not poll.is_alive(), "its word")
        let_go(demo)
        poll.join()
    assert told in caplog.text
    first, second = sorted(desk.runs(), key=lambda run: run["started_at"])
    assert (first["reason"], second["reason"]) == ("finished", "finished")
    assert first["ended_at"] <= second["started_at"]
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == FEED


def test_a_crawl_that_hangs_is_stopped_at_the_limit_and_the_next_one_loses_nothing(desk: Desk, demo: DemoSite, caplog):
    children(desk, demo, limit=timedelta(seconds=1), of=Hanging).poll(Event())
    assert "runs longer than 0:00:01" in caplog.text
    assert "did not end on SIGTERM" in caplog.text
    assert "Crawl ended with exit code -9" in caplog.text
    children(desk, demo, limit=LONG).poll(Event())
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == FEED


def kind(desk: Desk, demo: DemoSite) -> Kind:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    return Kind("read_also", {"start": f"{demo.url}/news"}, NO_WAITING | places)


class Hanging(Children):
    """Crawls that hang as hard as a process can."""

    def _command(self) -> list[str]:
        return ["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *super()._command()]


def children(
    desk: Desk, demo: DemoSite, limit: timedelta, every: timedelta | None = None, of: type[Children] = ForkedChildren
) -> Children:
    folder = desk.home / "state" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return of(kind(desk, demo), folder, limit, grace=timedelta(seconds=0.5), every=every)


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--every", "1h", "-a", "limit=0"], 2, "scrapy schedule: limit='0': give a whole number from 1 on"),
        (["--every", "1h", "--to", "nowhere"], 1, "--to nowhere: no [deploy:nowhere] with a url in scrapy.cfg"),
    ],
)
def test_what_cannot_work_is_refused_before_the_first_crawl(desk: Desk, options, code: int, line: str):
    exit_code, said = refused(desk, *options)
    assert (exit_code, line in said) == (code, True), said
    assert "Traceback" not in said


def test_without_the_timer_the_error_names_the_pip_command(monkeypatch: pytest.MonkeyPatch):
    for name in {"apscheduler", *(each for each in sys.modules if each.startswith("apscheduler."))}:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "espreso_crawler.scheduling.timer", raising=False)
    loaded = runpy.run_path(schedule.__file__)  # as a new interpreter loads it, which Scrapy does for each command
    with pytest.raises(ConfigurationError) as error:
        loaded["Command"]().work([], Namespace())
    assert str(error.value) == (
        'the extra "schedule" is not installed: run pip install -e ".[schedule]" in the project\'s folder'
    )
