"""A day of scheduled polls in minutes: the site's clock jumps from one poll to the next and runs true during a crawl.

The timer is `scrapy schedule`'s own, the crawls are its child processes; only its waits take no time. They take the
site's time for theirs, so that known articles are looked at again. One article in ten answers 404 once, another redirects
to the home page for good: what the looks at them cost is printed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from threading import Condition, Event
from typing import Self
from unittest import mock

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED
from apscheduler.schedulers import base
from apscheduler.schedulers.blocking import BlockingScheduler

from espreso_crawler.demo_site.timeline import KYIV, minute_of
from espreso_crawler.scheduling import timer
from espreso_crawler.scheduling.kind import Kind, duration
from tests.crawls import NO_WAITING, PAGE, Desk
from tests.scheduling.schedulers import ForkedChildren
from tests.site import DemoSite, Fault, SiteOptions, running

MONDAY = datetime(2026, 3, 2, tzinfo=KYIV)
LIMIT = timedelta(minutes=5)
EVERY_TENTH = 10


@dataclass
class Poll:
    """One poll, in the site's time."""

    started_at: datetime
    ended_at: datetime
    requests: int
    found: list[datetime]
    """When the articles that it found were published, but for those that were refused at first."""
    looks: int
    """Of its requests: entries that were refused before."""
    rechecks: int
    """Of its requests: known articles."""
    refused: int
    """Of its requests: articles that were refused at first, then or now."""


@dataclass
class Day:
    """What a simulated span showed; the first poll, which meets a full feed, counts for nothing but its start."""

    polls: list[Poll]
    due: int
    """Articles that appeared between the first poll and the last."""
    missing: set[str]
    doubled: int
    back: int
    """Articles that were refused once, and are out."""

    @property
    def latencies(self) -> list[timedelta]:
        """Of the articles that were due: from publication to the end of the crawl, when the line is sealed."""
        begin, end = self.polls[0].started_at, self.polls[-1].started_at
        return sorted(
            poll.ended_at - published for poll in self.polls for published in poll.found if begin < published < end
        )

    @property
    def p95(self) -> timedelta:
        return self.latencies[int(len(self.latencies) * 0.95)]

    @property
    def dearest(self) -> int:
        """The most requests of a poll beyond one for each new article."""
        return max(
            poll.requests - len(poll.found) - poll.looks - poll.rechecks - poll.refused for poll in self.polls[1:]
        )

    @property
    def overlaps(self) -> int:
        return sum(before.ended_at > after.started_at for before, after in pairwise(self.polls))


class JumpingScheduler(BlockingScheduler):  # type: ignore[misc]  # it ships no types
    """APScheduler that waits for a running poll only, and else moves the site's clock."""

    def __init__(self, demo: DemoSite, until: datetime) -> None:
        super().__init__(timezone=KYIV)
        self._demo, self._until = demo, until
        self._changed = Condition()
        self._running = 0
        self.add_listener(lambda _event: self._count(1), EVENT_JOB_SUBMITTED)
        self.add_listener(lambda _event: self._count(-1), EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def _main_loop(self) -> None:
        clock = self._demo.site.clock
        while clock.now() < self._until:
            due = clock.now() + timedelta(seconds=self._process_jobs())
            self._wait_while_running((due - clock.now()).total_seconds())
            if clock.now() < due:
                self._demo.control.set_clock(due)
        self._wait_while_running(LIMIT.total_seconds())
        self.shutdown()

    def _count(self, change: int) -> None:
        with self._changed:
            self._running += change
            self._changed.notify_all()

    def _wait_while_running(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running <= 0, seconds)


class Observer:
    """Polls, and notes what each poll cost and found."""

    def __init__(self, demo: DemoSite, desk: Desk, children: ForkedChildren, refused: "Refused") -> None:
        self._demo, self._desk, self._children, self._refused = demo, desk, children, refused
        self.polls: list[Poll] = []

    def poll(self) -> None:
        clock, known = self._demo.site.clock, len(self._desk.records())
        self._demo.control.clear_log()
        started_at = clock.now()
        self._children.poll(Event())
        new = self._desk.records()[known:]
        plain = [record for record in new if record["entity_id"] not in self._refused.all]
        found = [datetime.fromisoformat(record["date_published"]) for record in plain if record["event"] == "created"]
        stats, log = self._desk.runs()[-1]["stats"], self._demo.control.log()
        looks = stats.get("espreso/looks", 0)
        home = sum(visit.target == "/" for visit in log)  # where a redirect leads
        refused = sum(visit.target in self._refused.paths for visit in log) + home - looks
        rechecks = stats.get("espreso/rechecks", 0)
        self.polls.append(Poll(started_at, clock.now(), len(log), found, looks, rechecks, max(refused, 0)))


class SiteTimeChildren(ForkedChildren):
    """Crawls that take the site's time for the present."""

    demo: DemoSite

    def now(self) -> datetime:
        return self.demo.site.clock.now()


@dataclass
class Refused:
    """Articles that the site refuses when they are new."""

    once: set[str]
    """Ids of those that answer 404 once."""
    for_good: set[str]
    """Ids of those that redirect to the home page."""
    paths: set[str]

    @property
    def all(self) -> set[str]:
        return self.once | self.for_good

    @classmethod
    def of(cls, demo: DemoSite, until: datetime) -> Self:
        """Refuse one new article in ten, and another one in ten."""
        refused, faults = cls(set(), set(), set()), []
        newest = demo.site.timeline.newest(minute_of(until))
        for number in range(demo.site.newest + 1, newest + 1):
            if number % EVERY_TENTH not in (0, 5):
                continue
            brief, entity_id = demo.site.brief(number), str(demo.site.truth(number).entity_id)
            path = f"/{brief.slug}"
            refused.paths.add(path)
            if number % EVERY_TENTH:
                refused.once.add(entity_id)
                faults.append(Fault("status", path, status=404, times=1))
            else:
                refused.for_good.add(entity_id)
                faults.append(Fault("redirect", path, location=f"{demo.url}/"))
        demo.control.set_faults(*faults)
        return refused


def simulate(folder: Path, *, begin: datetime, length: timedelta, every: timedelta, jitter: timedelta) -> Day:
    """Poll a site for a span of its time; its articles appear in bursts, 66 on an average day."""
    desk = Desk(folder)
    with running(SiteOptions(page_bytes=PAGE, now=begin, clock_rate=1.0)) as demo:
        places = {"ESPRESO_OUTPUT": str(folder / "output"), "ESPRESO_STATE": str(folder / "state")}
        kind = Kind("read_also", {"start": f"{demo.url}/news"}, NO_WAITING | places | {"LOG_LEVEL": "WARNING"})
        children, refused = SiteTimeChildren(kind, folder, LIMIT), Refused.of(demo, begin + length)
        children.demo = demo
        observer = Observer(demo, desk, children, refused)
        site_time = _site_time(demo)
        with mock.patch.object(timer, "datetime", site_time), mock.patch.object(base, "datetime", site_time):
            scheduler = JumpingScheduler(demo, begin + length)
            timer.add_poll(scheduler, observer.poll, every=every, jitter=jitter)
            scheduler.start()
        return _day(observer.polls, desk, demo, refused)


def _site_time(demo: DemoSite) -> type[datetime]:
    """Return a datetime whose present is the site's, for the timer and APScheduler."""

    class SiteTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one will do
            return demo.site.clock.now().astimezone(tz)

    return SiteTime


def _day(polls: list[Poll], desk: Desk, demo: DemoSite, refused: Refused) -> Day:
    numbers = demo.site.numbers(polls[0].started_at, polls[-1].started_at)
    due = {str(demo.site.truth(number).entity_id) for number in numbers} - refused.all
    ids = [record["entity_id"] for record in desk.records() if record["event"] == "created"]
    return Day(polls, len(due), due - set(ids), len(ids) - len(set(ids)), len(refused.once & set(ids)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate a day and print what it showed; returns 1 when a bound is broken."""
    parser = argparse.ArgumentParser(prog="make day", description=__doc__)
    parser.add_argument("--every", type=duration, default=timedelta(minutes=10))
    parser.add_argument("--jitter", type=duration, default=timedelta(seconds=60))
    parser.add_argument("--length", type=duration, default=timedelta(days=1))
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        day = simulate(Path(folder), begin=MONDAY, length=asked.length, every=asked.every, jitter=asked.jitter)
    for line in report(day, asked.every, time.monotonic() - began):
        print(line)
    return int(bool(day.missing or day.doubled or day.overlaps or day.dearest > 2)) or int(
        day.p95 >= asked.every + timedelta(minutes=1)
    )


def report(day: Day, every: timedelta, seconds: float) -> list[str]:
    """Return what a day showed, a line each."""
    polls, latencies = day.polls[1:], day.latencies
    crawl = statistics.median((poll.ended_at - poll.started_at).total_seconds() for poll in polls)
    gap = statistics.median((b.started_at - a.started_at).total_seconds() for a, b in pairwise(day.polls))
    shown = f"p50 {latencies[len(latencies) // 2]}, p95 {day.p95}, longest {latencies[-1]}"
    return [
        f"{len(polls)} polls, one each {gap:.0f} s, {crawl:.1f} s a crawl (medians); simulated in {seconds:.0f} s",
        f"{day.due} articles published, {len(day.missing)} missing, {day.doubled} doubled, {day.overlaps} overlaps",
        f"latency {shown}; bound for p95 {every + timedelta(minutes=1)}",
        f"{sum(poll.refused for poll in polls)} requests refused, {sum(poll.looks for poll in polls)} looks at what was refused",
        f"{day.back} that were refused once are out; {sum(poll.rechecks for poll in polls)} looks at known articles",
        f"{sum(poll.requests for poll in polls)} requests; at most {day.dearest} a poll beyond its new articles",
    ]


if __name__ == "__main__":
    sys.exit(main())
