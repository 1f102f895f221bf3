"""Real crawls for tests: ``scrapy crawl`` in a child process, and what it left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests import forked
from tests.forked import USUAL, Finished, Started, Streams
from tests.site import DemoSite, Fault
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).parents[1]
# A test's site is this machine's own: no need to wait between requests. All else is as in a real crawl.
NO_WAITING = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "0",
    "ESPRESO_PAUSE_SECONDS": "0.05",
}
LONGEST_CRAWL = PATIENCE
TOLD_TO_STOP = "Told to stop"
"""What a crawl says first when it is to end in order."""
ARTICLES = "/[!.]*-*"
"""The paths of articles, as a fault takes them."""
PAGE = 20_000  # bytes: small pages, fast tests


@dataclass
class Desk:
    """One user's place: an output and a state folder, and the crawls run there."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    patience: float = LONGEST_CRAWL
    """Seconds a crawl may take."""
    now: datetime | None = None
    """What the crawls take for the present; None for the machine's."""

    def crawl(
        self,
        *arguments: str,
        spider: str = "read_also",
        settings: Mapping[str, str] | None = None,
        extra: Sequence[str] = (),
    ) -> Finished:
        """Run ``scrapy crawl`` with ``-a`` arguments to its end."""
        given = self.given(arguments, settings, extra, spider)
        return forked.scrapy(given, folder=ROOT, now=self.now, seconds=self.patience)

    def start(
        self,
        *arguments: str,
        spider: str = "read_also",
        settings: Mapping[str, str] | None = None,
        streams: Streams = USUAL,
    ) -> Started:
        """Start a crawl and return its process."""
        return Started(self.given(arguments, settings, (), spider), folder=ROOT, now=self.now, streams=streams)

    def scrapy(self, *arguments: str, streams: Streams = USUAL) -> Finished:
        """Run another command here to its end."""
        return ended(self.start_scrapy(*arguments, streams=streams))

    def start_scrapy(self, *arguments: str, streams: Streams = USUAL) -> Started:
        """Start another command here, and return its process."""
        name, *more = arguments
        options = [part for each in (self.places() | self.settings).items() for part in ("-s", "=".join(each))]
        return Started([name, *options, *more], folder=ROOT, now=self.now, streams=streams)

    def places(self) -> dict[str, str]:
        """Return the settings that name the output and the state here."""
        return {"ESPRESO_OUTPUT": str(self.home / "output"), "ESPRESO_STATE": str(self.home / "state")}

    def start_interpreter(self, *arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a crawl as a person does, in a new interpreter: its first second is its imports."""
        command = self.command(arguments, settings, ())
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def command(
        self,
        arguments: Sequence[str],
        settings: Mapping[str, str] | None,
        extra: Sequence[str],
    ) -> list[str]:
        """Return the command line of a crawl here, in a process of its own from the start."""
        program = ["espreso_crawler.commands._at_time", self.now.isoformat()] if self.now else ["scrapy"]
        return [sys.executable, "-m", *program, *self.given(arguments, settings, extra, "read_also")]

    def given(
        self, arguments: Sequence[str], settings: Mapping[str, str] | None, extra: Sequence[str], spider: str
    ) -> list[str]:
        """Return what ``scrapy`` is given for a crawl here."""
        given = self.places() | NO_WAITING | self.settings | dict(settings or {})
        return [
            "crawl", spider,
            *(part for argument in arguments for part in ("-a", argument)),
            *(part for name, value in given.items() for part in ("-s", f"{name}={value}")),
            *extra,
        ]  # fmt: skip

    def files(self, stream: str = "articles") -> list[Path]:
        """Return the sealed files in the order in which they became visible."""
        return sorted((self.home / "output" / stream).glob("*/*.jsonl"), key=lambda path: path.name)

    def records(self, stream: str = "articles") -> list[dict[str, Any]]:
        """Return every sealed record, in order."""
        return [json.loads(line) for path in self.files(stream) for line in path.read_bytes().splitlines()]

    def runs(self) -> list[dict[str, Any]]:
        """Return the run files, oldest first."""
        folder = self.home / "output" / "runs"
        return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"), key=os.path.getmtime)]


def told_to_stop(process: Started, number: signal.Signals) -> None:
    """Send a running crawl a signal, and wait until it has begun to end."""
    process.send_signal(number)
    wait_until(lambda: TOLD_TO_STOP in process.log or process.poll() is not None, "a crawl that heeds a signal")


@contextmanager
def dying_at(step: str) -> Iterator[None]:
    """Let commands that are run inside die by SIGKILL when they get to a step, such as ``seal:written``."""
    os.environ["ESPRESO_CRASH_AT"] = step
    try:
        yield
    finally:
        del os.environ["ESPRESO_CRASH_AT"]


def stopped(process: Started, number: signal.Signals) -> Finished:
    """Send a running crawl a signal and return what it said at its end."""
    process.send_signal(number)
    return ended(process)


def ended(process: Started) -> Finished:
    """Wait for the end of a crawl, and return what it said."""
    stdout, stderr = process.communicate(timeout=LONGEST_CRAWL)
    return Finished(process.wait(), stderr.decode(), stdout)


def start(demo: DemoSite) -> str:
    return f"start={demo.url}/news"


def hold(demo: DemoSite, *, after: int) -> None:
    """Keep all answers but the first few back, so that a crawl is at work until `let_go`, however fast it is."""
    demo.control.set_faults(Fault("hold", ARTICLES, after=after))


def let_go(demo: DemoSite) -> None:
    """Send the answers that were kept back; no fault is in force from then on."""
    demo.control.set_faults()


def wait_for_requests(demo: DemoSite, count: int, process: Started | subprocess.Popen[bytes]) -> None:
    """Wait until a crawl has asked for so many pages; a crawl that ended before that is a failure."""

    def are_made() -> bool:
        count_of_now = len(demo.control.log())
        assert count_of_now >= count or process.poll() is None, process.communicate()
        return count_of_now >= count

    wait_until(are_made, f"{count} requests")


def page_requests(demo: DemoSite) -> list[str]:
    """Return what was asked for but for the rules: robots.txt, and once a day what is reserved."""
    rules = ("/robots.txt", "/.well-known/tdmrep.json")
    return [visit.target for visit in demo.control.log() if visit.target not in rules]
