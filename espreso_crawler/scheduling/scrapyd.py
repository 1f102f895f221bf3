"""Crawls as jobs of one Scrapyd or of several: one of a kind at a time, and patience while none answers."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import NamedTuple

import requests

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.node import UNREACHABLE, Node
from espreso_crawler.scheduling.targets import Target

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
WATCH_SECONDS = 1.0


class Job(NamedTuple):
    """A job, and where it is."""

    id: str
    node: Node


class ScrapydJobs:
    """Runs crawls of one kind as jobs; a job's id begins with the kind's name, so any scheduler knows it again.

    A new job goes to the node that has the fewest jobs. A node that does not answer is passed over. If it still runs a
    job of the kind, that job and the new one share a ledger, and a host lets one of them in.
    """

    def __init__(
        self, kind: Kind, targets: Sequence[Target], limit: timedelta, grace: timedelta, every: timedelta | None = None
    ) -> None:
        """`every` is from one start to the next; None when nobody knows."""
        self._kind = kind
        self._nodes = [Node(each) for each in targets]
        self._limit = limit
        self._grace = grace
        self._every = every
        self._next = ""

    def check(self) -> None:
        """Raise `ConfigurationError` if a node refuses the project or the password; one that is down may come yet."""
        for node in self._nodes:
            try:
                self._jobs(node)
            except UNREACHABLE as error:
                node.say_down(error)
            except requests.RequestException as error:
                raise ConfigurationError(f"Scrapyd at {node.url}: {error}") from None

    def poll(self, stop: Event) -> None:
        """Have a crawl run, and return when it is over; when `stop` is set, leave it to Scrapyd and return."""
        self._next = f"; the next one about {datetime.now().astimezone() + self._every:%H:%M:%S}" if self._every else ""
        while not stop.is_set():
            try:
                job = self._job()
                if job and self._watch(job, stop):
                    return None
            except (ConfigurationError, requests.RequestException) as error:
                return self._say_refused(error)
            stop.wait(RETRY_SECONDS)
        return None

    def _job(self) -> Job | None:
        """Return the job that runs or waits already, else a new one; None while no node answers.

        Raises what the last node said that refuses, when no other takes the job.
        """
        free, refusals = list[tuple[int, Node]](), dict[Node, Exception]()
        for node in self._nodes:
            try:
                if known := next(iter(self._jobs(node)), None):
                    return Job(known, node)
                free.append((node.load(), node))
            except UNREACHABLE as error:
                node.say_down(error)
            except (ConfigurationError, requests.RequestException) as error:
                refusals[node] = error
        return self._new_job([node for _, node in sorted(free, key=lambda each: each[0])], refusals)

    def _new_job(self, free: Sequence[Node], refusals: dict[Node, Exception]) -> Job | None:
        for node in free:
            try:
                job = Job(self._schedule(node), node)
            except UNREACHABLE as error:
                node.say_down(error)
                return None  # it may have taken the job before it fell silent: the next look shows that
            except (ConfigurationError, requests.RequestException) as error:
                refusals[node] = error
            else:
                for other, refusal in refusals.items():
                    other.say_passed_over(refusal)
                return job
        if refusals:
            raise refusals.popitem()[1]
        return None

    def _watch(self, job: Job, stop: Event) -> bool:
        """Return True when a job is over, False when its node does not answer.

        A job that takes longer than the limit is ended: in order first, then at once.
        """
        started = asked = None
        try:
            while not stop.wait(WATCH_SECONDS):
                state, now = self._jobs(job.node).get(job.id), time.monotonic()
                if state is None:
                    logger.info("Job %s is over%s", job.id, self._next)
                    return True
                started = started or (now if state == "running" else None)
                if asked and now > asked + self._grace.total_seconds():
                    self._end(job, "KILL")
                elif started and not asked and now > started + self._limit.total_seconds():
                    self._end(job, "TERM")
                    asked = now
        except UNREACHABLE as error:
            job.node.say_down(error)
            return False
        logger.info("Job %s goes on at %s", job.id, job.node.url)
        return True

    def _schedule(self, node: Node) -> str:
        job = f"{self._kind.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        settings = [f"{name}={value}" for name, value in self._kind.settings.items()]
        node.schedule({**self._kind.arguments, "spider": self._kind.spider, "jobid": job, "setting": settings})
        logger.debug("Job %s scheduled at %s", job, node.url)
        return job

    def _jobs(self, node: Node) -> dict[str, str]:
        return node.jobs(f"{self._kind.name}-")

    def _end(self, job: Job, number: str) -> None:
        logger.warning("Job %s runs longer than %s: SIG%s", job.id, self._limit, number)
        job.node.end(job.id, number)

    def _say_refused(self, error: Exception) -> None:
        logger.error("No crawl: %s", error)
