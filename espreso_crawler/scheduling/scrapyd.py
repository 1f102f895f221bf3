"""Crawls as jobs of a Scrapyd: one of a kind at a time, and patience while it is down."""

import logging
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event
from typing import Any

import requests

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.targets import Target

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 30.0  # the first job of a new egg lists its spiders before Scrapyd answers
RETRY_SECONDS = 2.0
WATCH_SECONDS = 1.0
UNREACHABLE = (requests.ConnectionError, requests.Timeout)
STATES = ("pending", "running")


class ScrapydJobs:
    """Runs crawls of one kind as jobs; a job's id begins with the kind's name, so any scheduler knows it again."""

    def __init__(
        self, kind: Kind, target: Target, limit: timedelta, grace: timedelta, every: timedelta | None = None
    ) -> None:
        """`every` is from one start to the next; None when nobody knows."""
        self._kind = kind
        self._target = target
        self._limit = limit
        self._grace = grace
        self._every = every
        self._next = ""
        self._is_down = False
        self._session = requests.Session()
        if target.username:
            self._session.auth = (target.username, target.password)

    def check(self) -> None:
        """Raise `ConfigurationError` if Scrapyd refuses the project or the password; one that is down may come yet."""
        try:
            self._jobs()
        except UNREACHABLE as error:
            self._say_down(error)
        except requests.RequestException as error:
            raise ConfigurationError(f"Scrapyd at {self._target.url}: {error}") from None

    def poll(self, stop: Event) -> None:
        """Have a crawl run, and return when it is over; when `stop` is set, leave it to Scrapyd and return."""
        self._next = f"; the next one about {datetime.now().astimezone() + self._every:%H:%M:%S}" if self._every else ""
        while not stop.is_set():
            try:
                return self._watch(next(iter(self._jobs()), None) or self._schedule(), stop)
            except UNREACHABLE as error:
                self._say_down(error)
            except (ConfigurationError, requests.RequestException) as error:
                return self._say_refused(error)
            stop.wait(RETRY_SECONDS)
        return None

    def _watch(self, job: str, stop: Event) -> None:
        """Return when a job is over; end it at the limit: in order first, then at once."""
        started = asked = None
        while not stop.wait(WATCH_SECONDS):
            state, now = self._jobs().get(job), time.monotonic()
            if state is None:
                return logger.info("Job %s is over%s", job, self._next)
            started = started or (now if state == "running" else None)
            if asked and now > asked + self._grace.total_seconds():
                self._end(job, "KILL")
            elif started and not asked and now > started + self._limit.total_seconds():
                self._end(job, "TERM")
                asked = now
        return logger.info("Job %s goes on at %s", job, self._target.url)

    def _schedule(self) -> str:
        job = f"{self._kind.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        settings = [f"{name}={value}" for name, value in self._kind.settings.items()]
        self._ask("POST", "schedule", {**self._kind.arguments, "spider": self._kind.spider, "jobid": job,
                                       "setting": settings})  # fmt: skip
        logger.debug("Job %s scheduled at %s", job, self._target.url)
        return job

    def _jobs(self) -> dict[str, str]:
        """Return the jobs of this kind that are not over, and their states."""
        answer = self._ask("GET", "listjobs", {})
        own = f"{self._kind.name}-"
        return {job["id"]: state for state in STATES for job in answer[state] if job["id"].startswith(own)}

    def _end(self, job: str, number: str) -> None:
        logger.warning("Job %s runs longer than %s: SIG%s", job, self._limit, number)
        self._ask("POST", "cancel", {"job": job, "signal": number})

    def _ask(self, method: str, service: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return Scrapyd's answer; raises `ConfigurationError` for a refusal, requests' errors when there is none."""
        given = {"project": self._target.project, **fields}
        query, form = (given, None) if method == "GET" else (None, given)
        url = f"{self._target.url}/{service}.json"
        response = self._session.request(method, url, params=query, data=form, timeout=ANSWER_SECONDS)
        self._say_up()
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            who = f"user {self._target.username!r}" if self._target.username else "a request without a user"
            raise ConfigurationError(
                f"Scrapyd at {self._target.url} refuses {who} (HTTP {response.status_code}): write username and "
                "password into [deploy:NAME] of ~/.scrapy.cfg, and give --to NAME"
            )
        try:
            answer = dict(response.json())
        except ValueError:
            raise ConfigurationError(f"Scrapyd at {self._target.url}: HTTP {response.status_code}") from None
        if answer.get("status") != "ok":
            raise ConfigurationError(f"Scrapyd at {self._target.url}: {answer.get('message')}")
        return answer

    def _say_down(self, error: Exception) -> None:
        if not self._is_down:
            logger.warning("Scrapyd at %s does not answer (%s): waiting for it", self._target.url, type(error).__name__)
        self._is_down = True

    def _say_up(self) -> None:
        if self._is_down:
            logger.info("Scrapyd at %s answers again", self._target.url)
        self._is_down = False

    def _say_refused(self, error: Exception) -> None:
        logger.error("No crawl: %s", error)
