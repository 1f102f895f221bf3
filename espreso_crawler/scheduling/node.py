"""One Scrapyd: what it runs, and what it is asked to run or to end."""

import logging
from http import HTTPStatus
from typing import Any

import requests

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.targets import Target

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 30.0  # the first job of a new egg lists its spiders before Scrapyd answers
UNREACHABLE = (requests.ConnectionError, requests.Timeout)
DOWN = "down"
STATES = ("pending", "running")


class Node:
    """A Scrapyd that has the project.

    Its methods raise `ConfigurationError` for a refusal, and requests' errors when there is no answer.
    """

    def __init__(self, target: Target) -> None:
        self.url = target.url
        self._target = target
        self._trouble = ""
        """What was said of it last, until it answers well."""
        self._session = requests.Session()
        if target.username:
            self._session.auth = (target.username, target.password)

    def jobs(self, prefix: str) -> dict[str, str]:
        """Return the jobs that are not over and whose ids begin with `prefix`, and their states."""
        answer = self._ask("GET", "listjobs", {})
        return {job["id"]: state for state in STATES for job in answer[state] if job["id"].startswith(prefix)}

    def load(self) -> int:
        """Return how many jobs, of any project, run or wait there."""
        answer = self._ask("GET", "daemonstatus", {})
        return sum(int(answer[state]) for state in STATES)

    def schedule(self, fields: dict[str, Any]) -> None:
        """Have a job run; `fields` are those of Scrapyd's ``schedule.json``."""
        self._ask("POST", "schedule", fields)

    def end(self, job: str, number: str) -> None:
        """Send a job a signal, ``TERM`` or ``KILL``."""
        self._ask("POST", "cancel", {"job": job, "signal": number})

    def say_down(self, error: Exception) -> None:
        """Say that it does not answer, once until it answers again."""
        if not self._trouble:
            logger.warning("Scrapyd at %s does not answer (%s): it is asked again", self.url, type(error).__name__)
        self._trouble = DOWN

    def say_passed_over(self, error: Exception) -> None:
        """Say that it refuses, and that another takes its jobs, once for each reason."""
        if self._trouble != str(error):
            logger.warning("Another Scrapyd takes the crawl: %s", error)
        self._trouble = str(error)

    def _ask(self, method: str, service: str, fields: dict[str, Any]) -> dict[str, Any]:
        given = {"project": self._target.project, **fields}
        query, form = (given, None) if method == "GET" else (None, given)
        response = self._session.request(
            method, f"{self.url}/{service}.json", params=query, data=form, timeout=ANSWER_SECONDS
        )
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            who = f"user {self._target.username!r}" if self._target.username else "a request without a user"
            raise ConfigurationError(
                f"Scrapyd at {self.url} refuses {who} (HTTP {response.status_code}): write username and "
                "password into [deploy:NAME] of ~/.scrapy.cfg, and give --to NAME"
            )
        try:
            answer = dict(response.json())
        except ValueError:
            raise ConfigurationError(f"Scrapyd at {self.url}: HTTP {response.status_code}") from None
        if answer.get("status") != "ok":
            raise ConfigurationError(f"Scrapyd at {self.url}: {answer.get('message')}")
        if self._trouble:
            logger.info("Scrapyd at %s answers again", self.url)
        self._trouble = ""
        return answer
