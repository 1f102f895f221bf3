"""Crawls of one demo site from one folder, each at the site's own time, and what they left."""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chaos.children import crawl, scrapy
from tests.crawls import NO_WAITING
from tests.monitors.truths import Record, wrong_feed_fields, wrong_fields
from tests.site import DemoSite


@dataclass
class Poll:
    """One crawl that is over."""

    exit_code: int
    run: dict[str, Any]
    """Its run file."""

    @property
    def verdict(self) -> str:
        """What the monitors said of it."""
        return str(self.run["verdict"])

    @property
    def findings(self) -> list[str]:
        """The names of what they found."""
        return [finding["name"] for finding in self.run["findings"]]

    @property
    def learned(self) -> list[dict[str, Any]]:
        """What it noted of editions that were new."""
        return list(self.run["learned"])

    @property
    def outcomes(self) -> dict[str, int]:
        """What became of its rows."""
        return dict(self.run["counts"].get("outcome", {}))


@dataclass
class Place:
    """A folder with an output and a state folder."""

    demo: DemoSite
    home: Path

    def poll(self) -> Poll:
        """Crawl the site once."""
        done = self._done(crawl(self.demo.url, self._settings(), log=self._log(), now=self._now()))
        runs = sorted((self.home / "output" / "runs").glob("*.json"), key=os.path.getmtime)
        return Poll(done, json.loads(runs[-1].read_bytes()))

    def command(self, *arguments: str) -> int:
        """Run another command here; returns its exit code."""
        places = [part for name, value in self._settings().items() for part in ("-s", f"{name}={value}")]
        return self._done(scrapy([*arguments, *places], log=self._log(), now=self._now()))

    def records(self, stream: str = "articles") -> list[dict[str, Any]]:
        """Return every sealed record, in order."""
        files = sorted((self.home / "output" / stream).glob("*/*.jsonl"), key=lambda path: path.name)
        return [json.loads(line) for path in files for line in path.read_bytes().splitlines()]

    def wrong_rows(self, is_wrong: Callable[[Record, Record], Iterable[str]] = wrong_fields) -> list[str]:
        """Return what is not true in articles and feed, a text a row; `is_wrong` names a record's wrong fields."""
        truths = {truth["url"]: truth for truth in map(self.demo.control.truth, self._numbers())}
        rows = [(record["url"], list(is_wrong(record, truths[record["url"]]))) for record in self.records()]
        lines = [(line["url"], list(wrong_feed_fields(line, truths[line["url"]]))) for line in self.records("feed")]
        return [f"{url}: {', '.join(wrong)}" for url, wrong in [*rows, *lines] if wrong]

    def published(self) -> set[str]:
        """Return the addresses of all the articles from the first feed's oldest on."""
        return {str(self.demo.control.truth(number)["url"]) for number in self._numbers()}

    def _numbers(self) -> range:
        first = self.demo.site.newest - 39  # of the site as it began
        return range(first, int(self.demo.control.state()["newest"]) + 1)

    def _now(self) -> datetime:
        return datetime.fromisoformat(self.demo.control.state()["now"])

    def _log(self) -> Path:
        self.home.mkdir(parents=True, exist_ok=True)
        return self.home / "log"

    def _settings(self) -> Mapping[str, str]:
        places = {"ESPRESO_OUTPUT": str(self.home / "output"), "ESPRESO_STATE": str(self.home / "state")}
        return NO_WAITING | places | {"RETRY_TIMES": "0", "ESPRESO_BACKOFF_SECONDS": "0"}

    def _done(self, child: Any) -> int:
        while not child.is_over():
            time.sleep(0.01)
        return int(child.code)
